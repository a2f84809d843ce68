import type { Erasure } from '@sync-operations/client';
import { Link } from 'wouter';
import { useConnectionName } from '../connections/connection.queries.ts';
import { Badge } from '../ui/badge.tsx';
import { capitalized } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';

/** What came of one erasure, for whoever asked for it. It names nobody. */
export function ErasureReport({ erasure, isOpen }: { readonly erasure: Erasure; readonly isOpen: boolean }) {
  const { state, reference, named_by, requested_by, requested_at, stores } = erasure;
  const erased = stores.reduce((sum, store) => sum + store.erased, 0);
  const title = reference ?? 'Without a reference';
  return (
    <li className="erasure" aria-label={title}>
      <p className="row between">
        <strong className="break">{title}</strong>
        {state === 'running' ? <Badge tone="info">running</Badge> : <Outcome remaining={erasure.remaining} />}
      </p>
      <p className="muted small break">
        {named_by === 'email' ? 'By e-mail address' : 'By the id of a customer'} · requested{' '}
        {requested_by && `by ${requested_by} `}
        <Time at={requested_at} />
      </p>
      {state === 'completed' && (
        <>
          <StillAt erasure={erasure} />
          <details open={isOpen}>
            <summary>
              {erased.toLocaleString('en')} {erased === 1 ? 'row' : 'rows'} erased; looked through {erasure.passes}{' '}
              times
            </summary>
            <Stores erasure={erasure} />
          </details>
        </>
      )}
    </li>
  );
}

function Outcome({ remaining }: { readonly remaining: number | null }) {
  if (!remaining) return <Badge tone="good">nothing is left</Badge>;
  return <Badge tone="warn">{remaining.toLocaleString('en')} left</Badge>;
}

/** What a person has to do now: the service deletes nothing elsewhere. */
function StillAt({ erasure: { still_at, remaining } }: { readonly erasure: Erasure }) {
  const nameOf = useConnectionName();
  return (
    <>
      {!!remaining && (
        <Note kind="warning" title="A sync that was at work wrote some of it again">
          <p>Erase the person once more when it has ended.</p>
        </Note>
      )}
      {still_at.length > 0 && (
        <Note kind="warning" title="Erase the person there, too: the next sync reads them again">
          <ul>
            {still_at.map(({ connection_id, external_id }) => (
              <li key={`${connection_id} ${external_id}`} className="break">
                customer {external_id} at <Link href={`/connections/${connection_id}`}>{nameOf(connection_id)}</Link>
              </li>
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}

function Stores({ erasure: { stores } }: { readonly erasure: Erasure }) {
  const mostErasedFirst = stores.toSorted((one, other) => other.erased - one.erased);
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Kept as</th>
          <th scope="col" className="num">
            Looked at
          </th>
          <th scope="col" className="num">
            Erased
          </th>
        </tr>
      </thead>
      <tbody>
        {mostErasedFirst.map(({ store, looked_at, erased }) => (
          <tr key={store}>
            <td>{capitalized(store.replaceAll('_', ' '))}</td>
            <td className="num">{looked_at.toLocaleString('en')}</td>
            <td className="num">{erased.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
