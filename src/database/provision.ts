import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { withOwner } from './owner.client.ts';

/** Enough bits for providers that refuse weak passwords (Neon wants 60), and nothing that a URL would have to escape. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Lets `sync_app`, which the migrations made, log in with this password, and sets its limits on the role itself, so that they
 * hold behind a transaction pooler too, where a session's own settings do not. Idempotent.
 */
export async function provisionAppRole(ownerUrl: string, password: string): Promise<void> {
  await withOwner(ownerUrl, { name: 'provision' }, async (owner) => {
    await owner.query(`ALTER ROLE sync_app LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    await owner.query(`ALTER ROLE sync_app SET timezone TO 'UTC'`);
    await owner.query(`ALTER ROLE sync_app SET statement_timeout TO '30s'`);
    // Every table holds all organizations, and every index leads with one: reading a table in its order is never right, but looks right
    // where statistics are missing or old. A plan that has no index is taken all the same; it must not be compiled for that.
    await owner.query(`ALTER ROLE sync_app SET enable_seqscan TO off`);
    await owner.query(`ALTER ROLE sync_app SET jit TO off`);
    await owner.query(`ALTER ROLE sync_app SET lock_timeout TO '10s'`);
    await owner.query(`ALTER ROLE sync_app SET idle_in_transaction_session_timeout TO '30s'`);
  });
}

/** The same database, as this role. */
export function urlOfRole(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.toString();
}
