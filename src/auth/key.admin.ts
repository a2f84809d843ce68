import pg from 'pg';
import { withOwner } from '../database/owner.client.ts';
import { hashSecret, newSecret } from './key.hash.ts';
import type { Scope } from './rights.ts';

/** A key or link to make; `orgId` null: for every organization. */
export interface NewKey {
  readonly kind: 'service' | 'link';
  readonly orgId: string | null;
  readonly name: string;
  readonly userId: string | null;
  readonly scopes: readonly Scope[];
  /** Seconds until it ends; null: when it is revoked. A link always ends. */
  readonly ttlSeconds: number | null;
}

export interface KeyListing {
  readonly id: string;
  readonly org_id: string | null;
  readonly kind: string;
  readonly name: string;
  readonly user_id: string | null;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}

/** Makes, lists and revokes keys: as the owner, since the service's role can do none of it. */
export class KeyAdmin {
  private readonly owner: pg.Client;

  private constructor(owner: pg.Client) {
    this.owner = owner;
  }

  static with<T>(ownerUrl: string, work: (keys: KeyAdmin) => Promise<T>): Promise<T> {
    return withOwner(ownerUrl, { name: 'keys' }, (owner) => work(new KeyAdmin(owner)));
  }

  /** Returns the secret, which is stored nowhere. `secret` given: that one, and made again it stays one key. */
  async create(key: NewKey, secret = newSecret(key.kind === 'link' ? 'syl' : 'syk')): Promise<string> {
    await this.owner.query(
      `INSERT INTO auth.api_keys (kind, org_id, name, user_id, scopes, key_hash, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
       ON CONFLICT (key_hash) DO NOTHING`,
      [key.kind, key.orgId, key.name, key.userId, key.scopes, hashSecret(secret), key.ttlSeconds],
    );
    if (key.orgId !== null && key.userId !== null)
      await this.owner.query(
        'INSERT INTO auth.users_extended (org_id, id) VALUES ($1, $2) ON CONFLICT (org_id, id) DO NOTHING',
        [key.orgId, key.userId],
      );
    return secret;
  }

  async list(): Promise<KeyListing[]> {
    const { rows } = await this.owner.query<KeyListing>(
      'SELECT id, org_id, kind, name, user_id, scopes, created_at, expires_at, revoked_at FROM auth.api_keys ORDER BY created_at, id',
    );
    return rows;
  }

  /** False when there is no such key, or it was revoked before. */
  async revoke(id: string): Promise<boolean> {
    const { rowCount } = await this.owner.query(
      'UPDATE auth.api_keys SET revoked_at = now() WHERE id::text = $1 AND revoked_at IS NULL',
      [id],
    );
    return rowCount === 1;
  }
}
