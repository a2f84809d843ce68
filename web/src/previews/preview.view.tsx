import type { Preview } from '@sync-operations/client';
import type { ReactNode } from 'react';
import { useMay } from '../api/organization.ts';
import { Card } from '../ui/card.tsx';
import { PageHeader } from '../ui/page.tsx';
import { ApplyButton, ApplyRefusal } from './apply.button.tsx';
import { ApplyDialog } from './apply.dialog.tsx';
import { ExternalDelta } from './external.delta.tsx';
import { PreviewChanges } from './preview.changes.tsx';
import { type ComputedDelta, computedDelta } from './preview.delta.ts';
import { PreviewFacts } from './preview.facts.tsx';
import { GROUPED_FROM, PreviewGroups } from './preview.groups.tsx';
import { PreviewNotes } from './preview.notes.tsx';
import { entityText } from './preview.row.tsx';
import { changesOf, countsOf } from './preview.summary.ts';
import { SourceAndDestination } from './source.destination.tsx';
import { SummaryBar, SummaryNumbers } from './summary.counts.tsx';
import { useApply } from './use-apply.ts';

/** A preview: its summary, then its changes. */
export function PreviewView({ preview }: { readonly preview: Preview }) {
  const delta = computedDelta(preview.delta_data);
  return delta ? (
    <ComputedPreview preview={preview} delta={delta} />
  ) : (
    <>
      <PreviewHeader preview={preview} />
      <div className="stack">
        <PreviewNotes preview={preview} delta={undefined} />
        <PreviewSummary preview={preview} delta={undefined} />
        <ExternalDelta delta={preview.delta_data} />
      </div>
    </>
  );
}

interface ComputedProps {
  readonly preview: Preview;
  readonly delta: ComputedDelta;
}

/** A preview that this service computed, and can apply. */
function ComputedPreview({ preview, delta }: ComputedProps) {
  const applying = useApply(preview, delta);
  const canApply = useMay('apply') && changesOf(preview.summary) > 0;
  return (
    <>
      <PreviewHeader preview={preview} actions={canApply && <ApplyButton applying={applying} />} />
      <div className="stack">
        {!applying.isAsking && <ApplyRefusal applying={applying} />}
        <PreviewNotes preview={preview} delta={delta} />
        <PreviewSummary preview={preview} delta={delta} />
        {changesOf(preview.summary) >= GROUPED_FROM && (
          <PreviewGroups cacheKey={preview.cache_key} syncId={delta.sync_id} />
        )}
        <PreviewChanges cacheKey={preview.cache_key} delta={delta} counts={countsOf(preview.summary)} />
      </div>
      {applying.isAsking && (
        <ApplyDialog applying={applying} what={entityText(preview.entity_type).toLowerCase()} delta={delta} />
      )}
    </>
  );
}

function PreviewHeader({ preview, actions }: { readonly preview: Preview; readonly actions?: ReactNode }) {
  return (
    <PageHeader title={`Preview of ${entityText(preview.entity_type).toLowerCase()}`} actions={actions}>
      <SourceAndDestination syncType={preview.sync_type} linked />
    </PageHeader>
  );
}

function PreviewSummary({
  preview,
  delta,
}: Pick<ComputedProps, 'preview'> & { readonly delta: ComputedDelta | undefined }) {
  const counts = countsOf(preview.summary);
  return (
    <Card title="Summary">
      {counts.length > 0 && (
        <>
          <SummaryNumbers counts={counts} />
          <SummaryBar counts={counts} />
        </>
      )}
      <PreviewFacts preview={preview} delta={delta} />
    </Card>
  );
}
