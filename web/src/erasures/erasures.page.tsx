import { useState } from 'react';
import { useMay } from '../api/organization.ts';
import { serverNow } from '../api/server.clock.ts';
import { Card } from '../ui/card.tsx';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { BackLink, PageHeader } from '../ui/page.tsx';
import { EraseForm } from './erase.form.tsx';
import { useErasures } from './erasure.queries.ts';
import { ErasureReport } from './erasure.report.tsx';
import '../settings/settings.css';
import '../ui/table.css';
import './erasures.css';

/** Erases a person, and shows what came of it. */
export default function ErasuresPage() {
  const mayErase = useMay('erase');
  return (
    <div className="stack">
      <BackLink href="/settings">Settings</BackLink>
      <PageHeader title="Erasures">What is kept here of a person, gone for good</PageHeader>
      {mayErase ? (
        <>
          <EraseForm />
          <Reports />
        </>
      ) : (
        <Note title="Erasing a person requires the right to erase">
          <p>Admins of the organization have it.</p>
        </Note>
      )}
    </div>
  );
}

function Reports() {
  const list = useErasures();
  const { data, error, refetch } = list;
  const [openedAt] = useState(serverNow);
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <Card title="Reports" region>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!items && !error && <Skeleton lines={3} />}
      {items?.length === 0 && (
        <p className="muted">Nobody has been erased yet. A report names nobody, and is kept for three years.</p>
      )}
      {items && items.length > 0 && (
        <ul className="settings-list">
          {items.map((erasure) => (
            <ErasureReport
              key={erasure.id}
              erasure={erasure}
              // Whoever asked for it sees what came of it.
              isOpen={Date.parse(erasure.requested_at) >= openedAt}
            />
          ))}
        </ul>
      )}
      <ShowMore list={list} />
    </Card>
  );
}
