import { claimAt, wordsOf } from '../../auth/claim.path.ts';
import type { SignedInMember } from '../../auth/key.store.ts';
import { ROLE_NAMES, ROLES, type Role } from '../../auth/rights.ts';
import { idFault } from '../../common/identity.ts';
import type { MappedRole } from '../../config/environment.ts';

/** Which claims say what of a member. */
export interface MemberClaims {
  readonly orgClaim: string;
  /** Undefined: the organization gives the roles itself. */
  readonly roleClaim: string | undefined;
  /** Undefined: the claim has the names of our roles. */
  readonly roles: readonly MappedRole[] | undefined;
}

const NAME_LENGTH = 200;

/**
 * Who the claims say has signed in; a sentence when they do not say it. Exactly one organization: which of several is meant could only be guessed. Of several
 * roles the one with the most rights counts.
 */
export function memberOf(claims: Readonly<Record<string, unknown>>, names: MemberClaims): SignedInMember | string {
  const organizations = listed(claimAt(claims, names.orgClaim));
  if (organizations.length !== 1)
    return `The claim ${names.orgClaim} names ${organizations.length === 0 ? 'no organization' : 'several organizations'}.`;
  const [orgId] = organizations;
  const { sub: userId } = claims;
  for (const [claim, id] of Object.entries({ [names.orgClaim]: orgId, sub: userId })) {
    const fault = idFault(id);
    if (fault) return `The claim ${claim} ${fault}.`;
  }
  return {
    ...{ orgId: orgId as string, userId: userId as string },
    ...{ name: textOf(claims.name ?? claims.preferred_username), email: textOf(claims.email) },
    ...roleOf(claims, names),
  };
}

function roleOf(claims: object, { roleClaim, roles }: MemberClaims): { role: Role | null; payloads: boolean } {
  if (roleClaim === undefined) return { role: null, payloads: false };
  const mapping = roles ?? ROLE_NAMES.map((role) => ({ value: role, role, payloads: false }));
  const values = new Set(wordsOf(claimAt(claims, roleClaim)).concat(listed(claimAt(claims, roleClaim))));
  const given = mapping.filter(({ value }) => values.has(value));
  const [strongest] = given.map(({ role }) => role as Role).sort((a, b) => ROLES[b].length - ROLES[a].length);
  return { role: strongest ?? null, payloads: given.some(({ payloads }) => payloads) };
}

/** A group may have blanks in its name. */
const listed = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '');

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== ''
    ? value.toWellFormed().replaceAll('\0', '').slice(0, NAME_LENGTH)
    : null;
