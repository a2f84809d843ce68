/** What a principal may do; each includes the ones before it. */
export const SCOPES = ['sync:read', 'sync:write', 'sync:admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** An authenticated caller. */
export interface Principal {
  /** How it proved itself: a JWT, a service key, or the dashboard's session cookie. */
  readonly kind: 'token' | 'key' | 'session';
  /** For people and logs: the token's subject or the key's name. */
  readonly name: string;
  /** The user on whose behalf it acts; null for a key that stands for no user. */
  readonly userId: string | null;
  /** Its organization; null: every organization, named per request. */
  readonly orgId: string | null;
  readonly scopes: readonly Scope[];
  /** Milliseconds since 1970 after which it is not valid any more; null: until it is revoked. */
  readonly expiresAt: number | null;
  /**
   * In hex, of the key or session it came with: the database shows some things to its possessor alone, and what outlives a
   * request asks by it whether it is still valid. Undefined: a token.
   */
  readonly keyHash?: string;
}

/** Keeps the scopes we know and adds what each includes: sync:admin may write, sync:write may read. */
export function expandScopes(granted: readonly string[]): Scope[] {
  const highest = Math.max(...granted.map((scope) => SCOPES.indexOf(scope as Scope)), -1);
  return SCOPES.slice(0, highest + 1);
}
