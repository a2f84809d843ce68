import { SyncCard, SyncProgressView, SyncTable } from '@sync-operations/react';
import { Badge, type BadgeTone, StatusBadge } from '../ui/badge.tsx';
import { Button, Chip } from '../ui/button.tsx';
import { Card, Empty } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import '@sync-operations/react/style.css';
import { PROGRESS } from './gallery.progress.ts';
import { NOW, SYNCS } from './gallery.syncs.ts';
import './gallery.css';

const TONES: readonly BadgeTone[] = ['neutral', 'info', 'good', 'warn', 'bad'];
const SAMPLES = [120, 180, 240, 200, 260, 311];
/** As `<SyncBadge>` draws them, without a stream behind them. */
const BADGES = [
  ['active', '62 %'],
  ['waiting', 'Paused'],
  ['attention', '2 of 40 need attention'],
  ['done', 'No active syncs'],
  ['failed', 'Failed'],
] as const;

/** Every state of every component, for whoever changes one: pictures of this page are compared by a test. */
export default function GalleryPage() {
  return (
    <>
      <PageHeader title="Gallery">Every component in every state.</PageHeader>
      <div className="stack gallery">
        <Card title="Cards of syncs" region>
          <Cards compact={false} />
        </Card>
        <Card title="Compact cards" region>
          <Cards compact />
        </Card>
        <Card title="Table of syncs" region>
          <div className="sync-dashboard">
            <SyncTable syncs={SYNCS} now={NOW} href={() => '#main'} />
          </div>
        </Card>
        <Card title="Parts of pages" region>
          <Parts />
        </Card>
        <Card title="Colours of one's own" region>
          <div className="gallery-brand">
            <Themed />
          </div>
        </Card>
        <Card title="States of the component" region>
          <States />
        </Card>
      </div>
    </>
  );
}

function Cards({ compact }: { readonly compact: boolean }) {
  return (
    <div className="sync-dashboard">
      <ul className="sync-list gallery-cards">
        {SYNCS.map((sync) => (
          <SyncCard
            key={sync.sync_id}
            sync={sync}
            samples={sync.sync_id === 'queued' ? [] : SAMPLES}
            now={NOW}
            headingLevel={3}
            compact={compact}
          />
        ))}
      </ul>
    </div>
  );
}

/** The component while it loads, with nothing to show, and when it has stopped. */
function States() {
  return (
    <div className="gallery-states">
      {Object.entries(PROGRESS).map(([name, progress]) => (
        <section key={name} aria-label={name}>
          <h3>{name}</h3>
          <SyncProgressView progress={progress} now={NOW} variant="compact" headingLevel={4} />
        </section>
      ))}
    </div>
  );
}

/** What the variables of the React package reach: cards, bars, badges. */
function Themed() {
  return (
    <>
      <div className="sync-dashboard">
        <ul className="sync-list gallery-cards">
          {SYNCS.filter(({ sync_id }) => ['running', 'with-failures', 'silent', 'completed'].includes(sync_id)).map(
            (sync) => (
              <SyncCard key={sync.sync_id} sync={sync} samples={SAMPLES} now={NOW} headingLevel={3} />
            ),
          )}
        </ul>
      </div>
      <p className="row">
        {BADGES.map(([status, text]) => (
          <span key={status} className="sync-badge" data-status={status}>
            {text}
          </span>
        ))}
        <span className="sync-badge" data-status="active" data-stale>
          62 %
        </span>
      </p>
    </>
  );
}

function Parts() {
  return (
    <>
      <p className="row">
        <Button>Default</Button>
        <Button variant="primary">Primary</Button>
        <Button variant="danger">Danger</Button>
        <Button variant="ghost">Ghost</Button>
        <Button size="small">Small</Button>
        <Button disabled>Disabled</Button>
        <Chip pressed onPress={() => undefined}>
          Chosen
        </Chip>
        <Chip pressed={false} onPress={() => undefined}>
          Not chosen
        </Chip>
      </p>
      <p className="row">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
        <StatusBadge status="completed" conflicts={3} />
      </p>
      {(['info', 'good', 'warning', 'error'] as const).map((kind) => (
        <Note key={kind} kind={kind} title={`A note of the kind ${kind}`}>
          <p>What it means, and what to do.</p>
        </Note>
      ))}
      <Field label="A field" hint="What it is for." error="Is required.">
        <input />
      </Field>
      <Skeleton lines={2} />
      <Empty title="Nothing yet">
        <p className="muted">What would be here.</p>
      </Empty>
    </>
  );
}
