import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { Note } from '../ui/note.tsx';
import { useComputing } from './preview.queries.ts';

/** The previews that are being computed. `onDone` is called when one of them has ended. */
export function ComputingNote({ onDone }: { readonly onDone: () => void }) {
  const { data } = useComputing();
  const nameOf = useConnectionName();
  const before = useRef(0);
  const running = data?.length ?? 0;
  useEffect(() => {
    if (running < before.current) onDone();
    before.current = running;
  }, [running, onDone]);
  if (!data || running === 0) return null;
  return (
    <Note title={running === 1 ? 'A preview is being computed' : `${running} previews are being computed`}>
      <ul className="prev-computing">
        {data.map((run) => (
          <li key={run.sync_id} className="break">
            <Link href={syncPath(run.sync_id)}>
              {run.entity_type}s, {nameOf(run.source_connection_id)} to {nameOf(run.destination)}
            </Link>
          </li>
        ))}
      </ul>
    </Note>
  );
}
