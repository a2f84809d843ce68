import type { Scope } from './rights.ts';

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
