import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const SECRET = 'ck_a_secret_of_the_shop';
let service: TestService;
let request: Agent;
let folder: string;
const keys: Record<string, string> = {};

beforeAll(async () => {
  service = await startTestService({ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' });
  folder = newFolder();
  for (const orgId of ['org-1', 'org-2']) keys[orgId] = await service.createKey({ orgId, scopes: ['sync:admin'] });
  request = await service.request('org-1', { scope: 'sync:admin' });
  const shop = (name: string) => ({
    ...{ name, system: 'woocommerce', base_url: `http://127.0.0.1:9/${name.replace(/ /g, '-')}` },
    credentials: { consumer_key: SECRET, consumer_secret: 'cs_secret' },
    settings: { allow_http: true },
  });
  const { body } = await request.post('/api/sync/connections').send(shop('Main shop')).expect(201);
  const schedule = { entity_type: 'customer', mode: 'incremental', cron: '*/15 * * * *', time_zone: 'Europe/Zurich' };
  await request.post(`/api/sync/connections/${body.id}/schedules`).send(schedule).expect(201);
  const rule = { name: 'Shop stale', kind: 'stale', connection_id: body.id, seconds: 7200 };
  await request.post('/api/sync/alert-rules').send(rule).expect(201);
});
afterAll(async () => {
  await cleanUp();
  await service.close();
});

const run = (orgId: string, command: string, ...args: string[]) =>
  ServiceProcess.command(command, args, { SYNC_URL: service.url, SYNC_API_KEY: keys[orgId] as string });
const config = (orgId: string, ...args: string[]) => run(orgId, 'config', ...args);
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('sync-operations doctor --connections', () => {
  it('has the service check each connection of the organizations that the key sees, and no other', async () => {
    const doctor = async (key: string) => {
      const { stdout, code } = await ServiceProcess.command('doctor', ['--connections', '--json'], {
        ...{ SYNC_URL: service.url, SYNC_API_KEY: key, DATABASE_URL: service.database.appUrl },
        SYNC_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      });
      const findings = JSON.parse(stdout) as { check: string; state: string; found: string; remedy?: string }[];
      return { code, systems: findings.filter(({ check }) => check === 'systems') };
    };
    for (const key of [keys['org-1'] as string, await service.createKey({ orgId: null, scopes: ['sync:admin'] })]) {
      const { code, systems } = await doctor(key);
      expect(code).toBe(1);
      expect(systems).toEqual([
        { check: 'systems', state: 'fail', found: expect.any(String), remedy: expect.any(String) },
      ]);
      expect(systems[0]?.found).toMatch(/^Main shop of org-1: /);
    }
    expect(await doctor(keys['org-2'] as string)).toEqual({
      ...{ code: 0, systems: [{ check: 'systems', state: 'ok', found: 'There are no connections.' }] },
    });
    expect((await doctor('syk_of-nobody')).systems[0]?.found).toContain('is refused (401)');
  });
});

describe('sync-operations config', () => {
  it('exports what there is, without secrets; applied to the same organization it changes nothing', async () => {
    const { code, stdout, stderr } = await config('org-1', 'export');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(SECRET);
    expect(stdout).toMatch(/^ {2}- name: Main shop$/m);
    const path = file('org-1.yaml', stdout);
    expect((await config('org-1', 'plan', path)).stdout).toBe('Nothing to change.\n');
    expect(await config('org-1', 'apply', path)).toMatchObject({ code: 0, stdout: 'Nothing to change.\n' });
  });

  it('makes another organization the same: plan, then apply, and a second time nothing', async () => {
    const path = file('to-org-2.yaml', (await config('org-1', 'export')).stdout);
    const plan = await config('org-2', 'plan', path);
    expect(plan.stdout.trimEnd().split('\n')).toEqual([
      'create connection Main shop',
      'create schedule Main shop → records: customer, sync incremental',
      'create alert rule Shop stale',
    ]);
    const refused = await config('org-2', 'apply', path, '--yes');
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"Main shop"') });
    const secrets = file('secrets.yaml', `Main shop:\n  consumer_key: ${SECRET}\n  consumer_secret: cs_secret\n`);
    const unsure = await config('org-2', 'apply', path, '--credentials', secrets);
    expect(unsure).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') });
    expect((await config('org-2', 'export', '--json')).stdout).toContain('"connections": []');

    const applied = await config('org-2', 'apply', path, '--credentials', secrets, '--yes');
    expect(applied.stderr).toBe(
      'created Main shop\ncreated Main shop → records: customer, sync incremental\ncreated Shop stale\n',
    );
    expect(applied.code).toBe(0);
    expect(await config('org-2', 'apply', path, '--yes')).toMatchObject({ code: 0, stdout: 'Nothing to change.\n' });
    expect((await config('org-2', 'export')).stdout).toBe(readFileSync(path, 'utf8'));
  }, 180_000);

  it('changes what differs, tells what the file does not name, and removes it only when asked to', async () => {
    const before = (await config('org-1', 'export')).stdout;
    const changed = file(
      'changed.yaml',
      before.replace('*/15 * * * *', '0 * * * *').replace(/^alert_rules:[\s\S]*$/m, ''),
    );
    const plan = await config('org-1', 'plan', changed);
    expect(plan.stdout).toBe(
      [
        'change schedule Main shop → records: customer, sync incremental',
        '    cron: "*/15 * * * *" → "0 * * * *"',
        'not in the file, stays: alert rule Shop stale\n',
      ].join('\n'),
    );
    expect((await config('org-1', 'apply', changed, '--yes', '--prune')).stderr).toContain('removed Shop stale');
    const { body } = await request.get('/api/sync/schedules');
    expect(body.items).toMatchObject([{ cron: '0 * * * *' }]);
    expect((await request.get('/api/sync/alert-rules')).body.items).toEqual([]);
  });

  it.each([
    ['version: 1\nconections: []', 'The file is wrong at its top'],
    [
      'version: 1\nschedules:\n  - source: Nowhere\n    entity_type: customer\n    mode: full\n    cron: "0 * * * *"',
      'which does not exist',
    ],
    ['a: [', 'The file is no YAML'],
  ])('refuses a wrong file with one sentence and changes nothing', async (content, sentence) => {
    const result = await config('org-1', 'apply', file('wrong.yaml', content), '--yes');
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(sentence) });
    expect(result.stderr).not.toMatch(/^ +at /m);
  });
});

describe('sync-operations export and verify', () => {
  it('write the trail of the organization of the key, and no other', async () => {
    await request.post('/api/sync/activity').send({ activity_type: 'mine', status: 'completed' }).expect(201);
    const out = join(folder, 'trail.ndjson');
    expect(await run('org-1', 'export', '--out', out)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(out, 'utf8')).toContain('"activity_type":"mine"');
    expect((await run('org-2', 'export')).stdout).not.toContain('"mine"');
    const again = await run('org-1', 'export', '--out', out);
    expect(again.code).toBe(1);
    expect(existsSync(out)).toBe(true);
  });

  it('say whether the trail is as it was sealed', async () => {
    const { code, stdout } = await run('org-1', 'verify', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, first_invalid: null });
  });

  it('say what the service refuses, and that it cannot be reached', async () => {
    const unknown = { SYNC_URL: service.url, SYNC_API_KEY: 'syk_unknown' };
    expect(await ServiceProcess.command('verify', [], unknown)).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(/^GET \/activity\/verify is refused \(401\): /),
    });
    const away = { SYNC_URL: 'http://127.0.0.1:1', SYNC_API_KEY: 'syk_unknown' };
    expect((await ServiceProcess.command('verify', [], away)).stderr).toMatch(/^The service at .* cannot be reached/);
    expect((await ServiceProcess.command('verify', [], {})).stderr).toMatch(/^SYNC_API_KEY must be set/);
  });
});
