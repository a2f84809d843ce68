import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { steadyNow } from '../common/clock.ts';
import { POOL } from '../database/database.module.ts';
import { hashSecret, newSecret } from './key.hash.ts';
import type { Principal } from './principal.ts';
import { expandScopes, type Role } from './rights.ts';

/** How long a revoked key may still be served by a replica that has just used it. */
const REVOCATION_DELAY_MS = 5_000;
const SESSION_MS = 12 * 60 * 60 * 1000;
/** How long a key that was valid is not taken for a guess, though it has to be looked up. */
const NO_GUESS_MS = 60 * 60 * 1000;

interface KeyRow {
  readonly org_id: string | null;
  readonly kind: 'service' | 'session';
  readonly name: string;
  readonly user_id: string | null;
  readonly scopes: string[];
  /** By the clock of the database. */
  readonly seconds_left: number | null;
}

/** A session that was just opened: its secret, and how long the browser should keep it. */
export interface OpenedSession {
  readonly session: string;
  readonly maxAgeSeconds: number;
}

/** Who has signed in with the identity provider, and what it says of them; `role` null: nothing. */
export interface SignedInMember {
  readonly orgId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: Role | null;
  readonly payloads: boolean;
}

/** Service keys and dashboard sessions: rows of auth.api_keys, found by their hash and by nothing else. */
@Injectable()
export class KeyStore {
  private readonly found = new LRUCache<string, Principal>({
    max: 10_000,
    ttl: REVOCATION_DELAY_MS,
    // fetch() lets concurrent requests with the same key share one look-up.
    fetchMethod: (secret) => this.lookUp(secret),
  });

  /** Hashes of keys and sessions. */
  private readonly valid = new LRUCache<string, true>({ max: 10_000, ttl: NO_GUESS_MS });

  constructor(@Inject(POOL) private readonly pool: pg.Pool) {}

  /** The principal of a secret that was looked up a moment ago. */
  known(secret: string): Principal | undefined {
    return unexpired(this.found.get(secret));
  }

  /** Whether a look-up found the secret within the last hour. */
  wasValid(secret: string): boolean {
    return this.valid.has(hashSecret(secret).toString('hex'));
  }

  /** The principal of a service key or a session secret; undefined when there is none, or it ended or was revoked. */
  async find(secret: string): Promise<Principal | undefined> {
    return unexpired(await this.found.fetch(secret));
  }

  /** Those of the hashes (hex) whose key or session would still be accepted, in one query however many there are. */
  async stillValid(hashes: Iterable<string>): Promise<Set<string>> {
    const asked = [...new Set(hashes)].map((hash) => Buffer.from(hash, 'hex'));
    const { rows } = await this.pool.query<{ hash: Buffer }>('SELECT hash FROM app.live_keys($1) AS hash', [asked]);
    return new Set(rows.map(({ hash }) => hash.toString('hex')));
  }

  /** Turns a one-time link into a session and returns its secret; undefined when the link was used, ended or never was. */
  async exchangeLink(link: string): Promise<OpenedSession | undefined> {
    const session = newSecret('sys');
    const { rows } = await this.pool.query<{ exchanged: boolean }>(
      `SELECT app.exchange_link($1, $2, now() + $3 * interval '1 millisecond') AS exchanged`,
      [hashSecret(link), hashSecret(session), SESSION_MS],
    );
    return rows[0]?.exchanged ? { session, maxAgeSeconds: SESSION_MS / 1000 } : undefined;
  }

  /** Opens a session that can do what the service key can, and ends with it at the latest; undefined when there is no such key. */
  async openSession(key: string): Promise<OpenedSession | undefined> {
    const session = newSecret('sys');
    const { rows } = await this.pool.query<{ seconds: number | null }>(
      `SELECT extract(epoch FROM app.open_session($1, $2, now() + $3 * interval '1 millisecond') - now())::double precision AS seconds`,
      [hashSecret(key), hashSecret(session), SESSION_MS],
    );
    const seconds = rows[0]?.seconds ?? null;
    return seconds === null ? undefined : { session, maxAgeSeconds: Math.max(1, Math.round(seconds)) };
  }

  /**
   * Opens a session of what the member's role gives. The reason when there is none: nobody has given them a role, or the organization has as many
   * members as it may have.
   */
  async openMemberSession(
    { orgId, userId, name, email, role, payloads }: SignedInMember,
    { minutes, mostMembers }: { minutes: number; mostMembers: number },
  ): Promise<OpenedSession | 'no-role' | 'too-many'> {
    const session = newSecret('syp');
    const { rows } = await this.pool.query<{ outcome: string }>(
      `SELECT app.open_member_session($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(mins => $9)) AS outcome`,
      [orgId, userId, name, email, role, payloads, mostMembers, hashSecret(session), minutes],
    );
    const outcome = rows[0]?.outcome;
    if (outcome === 'no-role' || outcome === 'too-many') return outcome;
    return { session, maxAgeSeconds: minutes * 60 };
  }

  /** Signs out: the session ends on every replica, on this one at once. */
  async endSession(session: string): Promise<void> {
    await this.pool.query('SELECT app.end_session($1)', [hashSecret(session)]);
    this.found.delete(session);
  }

  private async lookUp(secret: string): Promise<Principal | undefined> {
    const hash = hashSecret(secret);
    const { rows } = await this.pool.query<KeyRow>(
      'SELECT *, extract(epoch FROM expires_at - now())::double precision AS seconds_left FROM app.find_key($1)',
      [hash],
    );
    const [row] = rows;
    if (row) this.valid.set(hash.toString('hex'), true);
    return (
      row && {
        kind: row.kind === 'session' ? 'session' : 'key',
        name: row.name,
        userId: row.user_id,
        orgId: row.org_id,
        scopes: expandScopes(row.scopes),
        expiresAt: row.seconds_left === null ? null : steadyNow() + row.seconds_left * 1000,
        keyHash: hash.toString('hex'),
      }
    );
  }
}

const unexpired = (principal: Principal | undefined): Principal | undefined =>
  principal?.expiresAt && principal.expiresAt <= steadyNow() ? undefined : principal;
