import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('are visible one by one to a caller that has the secret', async () => {
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

describe('a session opened with a key', () => {
  const OPENER = "SELECT id FROM auth.api_keys WHERE kind = 'service' AND key_hash = sha256('secret service')";
  /** What the service's role may say of a new row, and then as it is found by the superuser. */
  const insert = (kind: string, openedBy: unknown, ends = "now() + interval '1 minute'") => ({
    text: `INSERT INTO auth.api_keys (kind, key_hash, expires_at, opened_by) VALUES ($1, $2, ${ends}, $3)`,
    values: [kind, hash('mine'), openedBy],
  });
  const opener = async () => (await attacker.look(OPENER))[0]?.id;
  const shown = present('secret service', 'mine');

  it.each(['service', 'link', 'session'])('cannot be a %s without a key', async (kind) => {
    await expect(attacker.run(shown, insert(kind, null))).rejects.toThrow(/row-level security policy/);
  });

  it.each(['service', 'link'])('cannot be a %s with one', async (kind) => {
    await expect(attacker.run(shown, insert(kind, await opener()))).rejects.toThrow(/row-level security policy/);
  });

  it('needs the secret of the key: its id is not enough, nor are the secrets of a link and a session', async () => {
    const id = await opener();
    for (const presented of [present(''), present('mine'), present('secret link', 'secret session', 'mine')])
      await expect(attacker.run(presented, insert('session', id))).rejects.toThrow(/no live key was presented/);
    for (const kind of ['link', 'session']) {
      const [other] = await attacker.look(`SELECT id FROM auth.api_keys WHERE key_hash = sha256('secret ${kind}')`);
      const attack = attacker.run(present(`secret ${kind}`, 'mine'), insert('session', other?.id));
      await expect(attack).rejects.toThrow(/no live key was presented/);
    }
  });

  it.each([
    ['organization', 'org_id', 'org-a'],
    ['scopes', 'scopes', '{sync:admin}'],
    ['name', 'name', 'another'],
    ['user', 'user_id', 'another'],
    ['id', 'id', '00000000-0000-4000-8000-000000000000'],
    ['age', 'created_at', '2020-01-01'],
  ])('cannot say its %s', async (_what, column, value) => {
    const { text, values } = insert('session', await opener());
    const attack = {
      text: text.replace('opened_by)', `opened_by, ${column})`).replace('$3)', '$3, $4)'),
      values: [...values, value],
    };
    await expect(attacker.run(shown, attack)).rejects.toThrow(/permission denied for table api_keys/);
  });

  it('is what its key is, and ends with it, whatever end it asks for', async () => {
    const id = await opener();
    const rows = await attacker.run(shown, insert('session', id, "'infinity'"), {
      text: `SELECT s.org_id, s.name, s.scopes, s.user_id, s.opened_by, s.expires_at = k.expires_at AS ends_with_it
               FROM auth.api_keys s JOIN auth.api_keys k ON k.id = s.opened_by WHERE s.key_hash = $1`,
      values: [hash('mine')],
    });
    expect(rows).toEqual([
      { org_id: 'org-b', name: 'service', scopes: ['sync:read'], user_id: null, opened_by: id, ends_with_it: true },
    ]);
  });

  it('cannot be moved to another key, prolonged or turned into a key', async () => {
    await expect(
      attacker.run(shown, insert('session', await opener()), 'UPDATE auth.api_keys SET opened_by = NULL'),
    ).rejects.toThrow(/permission denied for table api_keys/);
    const change = "UPDATE auth.api_keys SET kind = 'session', expires_at = 'infinity' RETURNING 1";
    expect(await attacker.run(shown, insert('session', await opener()), change)).toEqual([]);
  });

  it('does not open another, as app.open_session says with null', async () => {
    const open = (secret: string) => ({
      text: "SELECT app.open_session($1, $2, now() + interval '1 hour') AS ends",
      values: [hash(secret), hash('mine')],
    });
    for (const secret of ['secret session', 'secret link', 'guess'])
      expect(await attacker.run(open(secret))).toEqual([{ ends: null }]);
    expect(await attacker.run(open('secret service'))).toEqual([{ ends: expect.any(Date) }]);
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
