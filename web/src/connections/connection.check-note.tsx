import type { Connection } from '../../../clients/typescript/src/index.ts';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { CheckResult } from './connection.check.tsx';
import type { useCheck } from './connection.queries.ts';

interface Props {
  readonly connection: Connection;
  readonly check: ReturnType<typeof useCheck>;
  /** Undefined: whoever looks may not. */
  readonly onEdit: (() => void) | undefined;
}

/** What came of the check just made; else, when the last one failed, why. With the way to mend it. */
export function ConnectionCheckNote({ connection, check, onEdit }: Props) {
  const { id, name, status, last_error, last_checked_at } = connection;
  const ways = onEdit && (
    <div className="row">
      <Button size="small" onClick={onEdit}>
        Edit credentials
      </Button>
      <Button size="small" busy={check.isPending} onClick={() => check.mutate(id)}>
        {check.isPending ? 'Checking …' : 'Check again'}
      </Button>
    </div>
  );
  if (check.data)
    return (
      <CheckResult check={check.data} name={name}>
        {ways}
      </CheckResult>
    );
  if (status !== 'failing' || !last_error) return null;
  return (
    <Note kind="error" title={last_error}>
      <p>
        That is what came of the last check
        {last_checked_at && (
          <>
            , <Time at={last_checked_at} />
          </>
        )}
        . Syncs from and to it will fail until it is mended.
      </p>
      {ways}
    </Note>
  );
}
