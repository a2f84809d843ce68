import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { useEndName } from '../connections/connection.names.ts';
import { Note } from '../ui/note.tsx';
import { useComputing } from './preview.queries.ts';

/** Previews on their way; `onDone` is called when one of them has ended. */
export function ComputingNote({ onDone }: { readonly onDone: () => void }) {
  const { data } = useComputing();
  const nameOf = useEndName();
  const before = useRef(0);
  const many = data?.length ?? 0;
  useEffect(() => {
    if (many < before.current) onDone();
    before.current = many;
  }, [many, onDone]);
  if (!data || many === 0) return null;
  return (
    <Note title={many === 1 ? 'A preview is being computed' : `${many} previews are being computed`}>
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
