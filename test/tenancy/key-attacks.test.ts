import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type Attacker, startAttacker } from './attacker.support.ts';

let attacker: Attacker;

beforeAll(async () => {
  attacker = await startAttacker();
  await attacker.look(`
    INSERT INTO auth.api_keys (org_id, kind, name, scopes, key_hash, expires_at)
    SELECT 'org-b', kind, kind, '{sync:read}', sha256(convert_to('secret ' || kind, 'UTF8')), now() + interval '1 hour'
      FROM unnest(ARRAY['service', 'link', 'session']) AS kind`);
});
afterAll(() => attacker.close());

const hash = (secret: string) => createHash('sha256').update(secret).digest();
/** Shows the policies the hash of a secret, as app.find_key does. */
const present = (...secrets: string[]): pg.QueryConfig => ({
  text: "SELECT set_config('app.presented_key', $1, true)",
  values: [secrets.map((secret) => hash(secret).toString('hex')).join(',')],
});
const keys = () =>
  attacker.look('SELECT id, org_id, kind, scopes, key_hash::text, expires_at FROM auth.api_keys ORDER BY id');

describe('keys', () => {
  it.each(['', ',', '%', '_', '{}', 'null', '\\x', ',,', '0'.repeat(64)])(
    'are not listed by presenting "%s"',
    async (text) => {
      const presented = { text: "SELECT set_config('app.presented_key', $1, true)", values: [text] };
      expect(await attacker.run(presented, 'SELECT * FROM auth.api_keys')).toEqual([]);
    },
  );

  it('show themselves one by one to whoever has the secret', async () => {
    const rows = await attacker.run(present('secret service'), 'SELECT name FROM auth.api_keys');
    expect(rows).toEqual([{ name: 'service' }]);
  });

  it('cannot be made by the service role', async () => {
    const insert = `INSERT INTO auth.api_keys (org_id, name, scopes, key_hash)
      VALUES ('org-a', 'mine', '{sync:admin}', sha256('mine'))`;
    await expect(attacker.run(insert)).rejects.toThrow(/permission denied for table api_keys/);
  });

  it.each(['service', 'link', 'session'])(
    'of kind %s cannot change their organization, scopes or user',
    async (kind) => {
      for (const change of [
        "org_id = 'org-a'",
        'org_id = NULL',
        "scopes = '{sync:admin}'",
        "user_id = 'other'",
        'revoked_at = NULL',
      ]) {
        const attack = attacker.run(present(`secret ${kind}`), `UPDATE auth.api_keys SET ${change}`);
        await expect(attack).rejects.toThrow(/permission denied for table api_keys/);
      }
    },
  );

  it.each(['service', 'session'])(
    'of kind %s cannot be changed or prolonged at all, not with the secret',
    async (kind) => {
      const before = await keys();
      await attacker.commit(present(`secret ${kind}`, 'another'), {
        text: "UPDATE auth.api_keys SET key_hash = $1, expires_at = 'infinity'",
        values: [hash('another')],
      });
      expect(await keys()).toEqual(before);
    },
  );

  it('that are links become sessions and nothing else', async () => {
    const become = (kind: string) => ({
      text: 'UPDATE auth.api_keys SET kind = $1, key_hash = $2, expires_at = expires_at RETURNING kind, org_id, scopes',
      values: [kind, hash('another')],
    });
    const shown = present('secret link', 'another');
    for (const kind of ['service', 'link']) {
      await expect(attacker.run(shown, become(kind))).rejects.toThrow(/row-level security policy/);
    }
    const rows = await attacker.run(shown, become('session'));
    expect(rows).toEqual([{ kind: 'session', org_id: 'org-b', scopes: ['sync:read'] }]);
  });

  it('are not deleted without the secret, and with it only when they are sessions', async () => {
    const left = async (...secrets: string[]) =>
      attacker.run(present(...secrets), 'DELETE FROM auth.api_keys RETURNING name');
    expect(await left('guess')).toEqual([]);
    expect(await left('secret service', 'secret link')).toEqual([]);
    expect(await left('secret service', 'secret session')).toEqual([{ name: 'session' }]);
  });
});

describe('app.find_key', () => {
  it('finds a key by its secret, and no link: a link is exchanged first', async () => {
    const find = (secret: string) => ({ text: 'SELECT name FROM app.find_key($1)', values: [hash(secret)] });
    expect(await attacker.run(find('secret service'))).toEqual([{ name: 'service' }]);
    expect(await attacker.run(find('secret link'))).toEqual([]);
    expect(await attacker.run(find('guess'))).toEqual([]);
  });
});

describe('app.live_keys', () => {
  it('names those of the hashes that are of a key or a session, and no other: neither a link nor what was not given', async () => {
    const live = (...secrets: string[]) => ({
      text: 'SELECT hash FROM app.live_keys($1) AS hash',
      values: [secrets.map(hash)],
    });
    expect(await attacker.run(live('secret session', 'guess', 'secret link', 'secret service'))).toEqual([
      { hash: hash('secret session') },
      { hash: hash('secret service') },
    ]);
    expect(await attacker.run(live())).toEqual([]);
  });
});

describe('users', () => {
  it('of another organization are not listed', async () => {
    const rows = await attacker.run('SELECT DISTINCT org_id FROM auth.users_extended');
    expect(rows).toEqual([{ org_id: 'org-a' }]);
  });
});
