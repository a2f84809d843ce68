import type { Preview } from '@sync-operations/client';
import { useState } from 'react';
import { useMay } from '../api/organization.ts';
import { Card } from '../ui/card.tsx';
import { PageHeader } from '../ui/page.tsx';
import { ApplyButton } from './apply.button.tsx';
import { ApplyDialog } from './apply.dialog.tsx';
import { ExternalDelta } from './external.delta.tsx';
import { PreviewChanges } from './preview.changes.tsx';
import { computedDelta } from './preview.delta.ts';
import { PreviewFacts } from './preview.facts.tsx';
import { PreviewNotes } from './preview.notes.tsx';
import { entityText } from './preview.row.tsx';
import { changesOf, countsOf } from './preview.summary.ts';
import { SourceAndDestination } from './source.destination.tsx';
import { SummaryBar, SummaryNumbers } from './summary.counts.tsx';

/** A preview: its summary, then its changes. */
export function PreviewView({ preview }: { readonly preview: Preview }) {
  const { sync_type, entity_type, summary, delta_data, cache_key } = preview;
  const [isApplying, setApplying] = useState(false);
  const delta = computedDelta(delta_data);
  const counts = countsOf(summary);
  const canApply = useMay('apply') && delta !== undefined && changesOf(summary) > 0;
  return (
    <>
      <PageHeader
        title={`Preview of ${entityText(entity_type).toLowerCase()}`}
        actions={canApply && <ApplyButton preview={preview} delta={delta} onPress={() => setApplying(true)} />}
      >
        <SourceAndDestination syncType={sync_type} linked />
      </PageHeader>
      <div className="stack">
        <PreviewNotes preview={preview} delta={delta} />
        <Card title="Summary">
          {counts.length > 0 && (
            <>
              <SummaryNumbers counts={counts} />
              <SummaryBar counts={counts} />
            </>
          )}
          <PreviewFacts preview={preview} delta={delta} />
        </Card>
        {delta ? (
          <PreviewChanges cacheKey={cache_key} delta={delta} counts={counts} />
        ) : (
          <ExternalDelta delta={delta_data} />
        )}
      </div>
      {isApplying && delta && <ApplyDialog preview={preview} delta={delta} onClose={() => setApplying(false)} />}
    </>
  );
}
