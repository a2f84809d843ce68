import type { GivenRole, Member } from '@sync-operations/client';
import { useWhoami } from '../api/organization.ts';
import { Card } from '../ui/card.tsx';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { useChangeMember, useMembers } from './settings.queries.ts';

const ROLES: readonly GivenRole[] = ['none', 'viewer', 'operator', 'integrator', 'auditor', 'admin'];

export function MembersCard() {
  const members = useMembers();
  const items = members.data?.pages.flatMap((page) => page.items);
  return (
    <Card title="Members">
      {members.error && <ErrorNote error={members.error} onRetry={() => void members.refetch()} />}
      {!items && !members.error && <Skeleton lines={3} />}
      {items?.length === 0 && (
        <p className="muted">Whoever signs in with the identity provider is listed here from then on.</p>
      )}
      {items && items.length > 0 && (
        <ul className="settings-list">
          {items.map((member) => (
            <MemberItem key={member.user_id} member={member} />
          ))}
        </ul>
      )}
      <ShowMore list={members} />
    </Card>
  );
}

function MemberItem({ member }: { readonly member: Member }) {
  const { user_id, name, email, role, sees_payloads, role_from, last_sign_in_at } = member;
  const change = useChangeMember();
  const isSelf = useWhoami().data?.user_id === user_id;
  // Shown at once, and as it is when the service refuses.
  const asked = change.isPending ? change.variables : undefined;
  const isFixed = isSelf || role_from === 'provider';
  const who = name ?? user_id;
  return (
    <li className="settings-item">
      <div className="settings-text">
        <strong className="break">{who}</strong>
        <p className="muted small break">
          {email ?? user_id}
          {last_sign_in_at && (
            <>
              {' · signed in '}
              <Time at={last_sign_in_at} />
            </>
          )}
          {role_from === 'provider' && ' · role from the identity provider'}
          {isSelf && ' · you: another admin changes your role'}
        </p>
        {change.error && <ErrorNote error={change.error} />}
      </div>
      <div className="row">
        <select
          aria-label={`Role of ${who}`}
          value={asked?.role ?? role ?? 'none'}
          disabled={isFixed}
          onChange={(event) => change.mutate({ user_id, role: event.target.value as GivenRole })}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {one === 'none' ? 'no role' : one}
            </option>
          ))}
        </select>
        <label className="row small">
          <input
            type="checkbox"
            checked={(asked?.sees_payloads ?? sees_payloads) || role === 'admin'}
            disabled={isFixed || role === null || role === 'admin'}
            onChange={(event) => change.mutate({ user_id, sees_payloads: event.target.checked })}
          />
          sees values
          <span className="visually-hidden"> of items: {who}</span>
        </label>
      </div>
    </li>
  );
}
