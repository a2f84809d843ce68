import type { Connection, ConnectionCheck, ConnectorErrorKind } from '@sync-operations/client';
import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import type { useCheck } from './connection.queries.ts';

interface Props {
  readonly check: ConnectionCheck;
  readonly name: string;
  /** Actions to fix a failed check. */
  readonly children?: ReactNode;
}

/** The result of a check; a failure has the message of the system as its title. */
export function CheckResult({ check, name, children }: Props) {
  const { ok, version, account, warnings, credentials_expire_at: expires, error } = check;
  if (!ok && error)
    return (
      <Note kind="error" title={error.message} live>
        <p>
          The check of “{name}” failed. {checkAdvice(error.kind)}
        </p>
        {children}
      </Note>
    );
  const facts = [version && `version ${version}`, account && `signed in as ${account}`].filter(Boolean).join(', ');
  return (
    <Note
      kind={warnings.length > 0 ? 'warning' : 'good'}
      title={`“${name}” responds and accepts the credentials.`}
      live
    >
      {facts && <p className="break">Reported by the system: {facts}.</p>}
      {expires && (
        <p>
          The credentials expire <Time at={expires} />.
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="break">
          {warning}
        </p>
      ))}
    </Note>
  );
}

/** What to try after a failed check. */
const ADVICE: Readonly<Record<ConnectorErrorKind, string>> = {
  auth: 'Correct the credentials and check again.',
  forbidden: 'Give the key the missing permissions in that system, or use the key of another user, and check again.',
  'not-found': 'Check that the address is the one of the system itself, including its folder, if any.',
  rejected: 'Check the address and the settings.',
  'rate-limited': 'Wait a few minutes and check again.',
  unavailable: 'Check that the system is running and that the address is correct, then check again.',
  timeout: 'Check that the system is running and not overloaded, then check again.',
  protocol: 'Check that the chosen system is the one that runs at this address.',
  'too-large': 'Check that the address is the one of the system itself.',
  'address-refused': 'Use a public internet address. The operator of this service can allow other addresses.',
};

const checkAdvice = (kind: ConnectorErrorKind): string => ADVICE[kind];

interface ConnectionCheckNoteProps {
  readonly connection: Connection;
  readonly check: ReturnType<typeof useCheck>;
  /** Undefined: the user may not edit. */
  readonly onEdit: (() => void) | undefined;
}

/** The result of a check just made; otherwise the error of the last check, if it failed. With actions to fix it. */
export function ConnectionCheckNote({ connection, check, onEdit }: ConnectionCheckNoteProps) {
  const { id, name, status, last_error, last_checked_at } = connection;
  const actions = onEdit && (
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
        {actions}
      </CheckResult>
    );
  if (status !== 'failing' || !last_error) return null;
  return (
    <Note kind="error" title={last_error}>
      <p>
        This is the result of the last check
        {last_checked_at && (
          <>
            , <Time at={last_checked_at} />
          </>
        )}
        . Syncs from and to this connection fail until the problem is fixed.
      </p>
      {actions}
    </Note>
  );
}
