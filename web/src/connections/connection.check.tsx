import type { ReactNode } from 'react';
import type { ConnectionCheck } from '../../../clients/typescript/src/index.ts';
import { Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { checkAdvice } from './check.advice.ts';

interface Props {
  readonly check: ConnectionCheck;
  readonly name: string;
  /** What can be done about a refusal, as buttons. */
  readonly children?: ReactNode;
}

/** What came of calling the system; why it refused stands there in its own words. */
export function CheckResult({ check, name, children }: Props) {
  const { ok, version, account, warnings, credentials_expire_at: expires, error } = check;
  if (!ok && error)
    return (
      <Note kind="error" title={error.message} live>
        <p>
          “{name}” was called and cannot be used. {checkAdvice(error.kind)}
        </p>
        {children}
      </Note>
    );
  const facts = [version && `version ${version}`, account && `signed in as ${account}`].filter(Boolean).join(', ');
  return (
    <Note kind={warnings.length > 0 ? 'warning' : 'good'} title={`“${name}” answers and takes the credentials.`} live>
      {facts && <p className="break">It says: {facts}.</p>}
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
