import type { Scope } from '../auth/rights.ts';
import type { Statement } from '../database/database.ts';
import type { ApiKeyDto } from './dto/keys.dto.ts';
import type { MemberDto } from './dto/members.dto.ts';

// Keys are reached by functions only: sql/organization_keys.sql of auth. Each serves the organization that is set.

export type KeyRow = ApiKeyDto;

export interface NewOrganizationKey {
  readonly name: string;
  readonly userId: string | null;
  readonly scopes: readonly Scope[];
  readonly hash: Buffer;
  /** Until it ends; null: it is revoked. */
  readonly days: number | null;
}

const KEY = 'id, name, user_id, scopes, created_by, created_at, expires_at, revoked_at';

export const createKey = (actor: string, key: NewOrganizationKey): Statement => ({
  text: 'SELECT app.create_key($1, $2, $3, $4, $5, now() + make_interval(days => $6)) AS id',
  values: [actor, key.name, key.userId, key.scopes, key.hash, key.days],
});

export const keysPage = (after: string | null, limit: number): Statement => ({
  text: `SELECT ${KEY} FROM app.organization_keys($1, $2)`,
  values: [after, limit],
});

/** Of the pages' function, since a key shows itself to nobody; there are no more than a quota allows. */
export const findKey = (id: string): Statement => ({
  text: `SELECT ${KEY} FROM app.organization_keys(NULL, 100000) WHERE id = $1`,
  values: [id],
});

export const countKeys = (most: number): Statement => ({ text: 'SELECT app.count_keys($1) AS count', values: [most] });

export const revokeKey = (actor: string, id: string): Statement => ({
  text: 'SELECT app.revoke_key($1, $2) AS revoked',
  values: [actor, id],
});

export type MemberRow = MemberDto;

const MEMBER =
  'id AS user_id, display_name AS name, email, role, sees_payloads, role_from, last_sign_in_at, created_at';

export const membersPage = (orgId: string, after: string | null, limit: number): Statement => ({
  text: `SELECT ${MEMBER} FROM auth.users_extended WHERE org_id = $1 AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`,
  values: [orgId, after, limit],
});

export const findMember = (orgId: string, id: string): Statement => ({
  text: `SELECT ${MEMBER} FROM auth.users_extended WHERE org_id = $1 AND id = $2`,
  values: [orgId, id],
});

/** What is null stays as it is. `source` null: there is no such member; 'provider': nothing was changed. */
export const changeMember = (actor: string, id: string, role: string | null, payloads: boolean | null): Statement => ({
  text: 'SELECT app.change_member($1, $2, $3, $4) AS source',
  values: [actor, id, role, payloads],
});
