import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followLink, send } from '../support/send.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  await cleanUp();
  await service.close();
});

/** npm run keys -- …, as the owner. */
const keys = (...args: string[]) =>
  ServiceProcess.command('keys', args, { MIGRATION_DATABASE_URL: service.database.ownerUrl, PORT: '4711' });

/** What a command prints for a program to take: one line, and nothing else on stdout. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await keys(...args);
  expect({ code, stderr, lines: stdout.trimEnd().split('\n').length }).toEqual({
    code: 0,
    stderr: expect.any(String),
    lines: 1,
  });
  return stdout.trimEnd();
}

const whoami = (key: string, headers: Record<string, string> = {}) =>
  send(service, '/api/sync/whoami', { 'x-api-key': key, ...headers });

describe('npm run keys -- create', () => {
  it('prints a key of one organization that may write, and says how to send it', async () => {
    const { code, stdout, stderr } = await keys('create', '--name', 'billing', '--org', 'org-1', '--user', 'user-5');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Shown once; send it in X-Api-Key.\n' });
    expect(stdout).toMatch(/^syk_[\w-]{43}\n$/);
    expect((await whoami(stdout.trim())).body).toMatchObject({
      ...{ name: 'billing', org_id: 'org-1', user_id: 'user-5', registered_org_id: 'org-1' },
      scopes: ['sync:read', 'sync:write'],
    });
  });

  it('prints a key of every organization, with the scope asked for and an end', async () => {
    const key = await printed('create', '--name', 'platform', '--all-orgs', '--scope', 'sync:read', '--days', '30');
    expect((await whoami(key)).problem).toBe('organization-required');
    expect((await whoami(key, { 'x-org-id': 'org-8' })).body).toMatchObject({ org_id: 'org-8', scopes: ['sync:read'] });
    const { stdout } = await keys('list');
    const inThirtyDays = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    expect(stdout).toMatch(new RegExp(`platform.*\\(every\\).*sync:read.*until ${inThirtyDays}`));
  });
});

describe('npm run keys -- link', () => {
  it('prints an address that signs in once', async () => {
    const address = new URL(await printed('link', '--name', 'support', '--org', 'org-1'));
    expect(address.origin).toBe('http://127.0.0.1:4711');
    const token = address.searchParams.get('token') as string;
    expect((await followLink(service, token)).status).toBe(303);
    expect((await followLink(service, token)).status).toBe(401);
  });
});

describe('npm run keys -- list and revoke', () => {
  it('lists keys without their secrets, and revokes one by its id', async () => {
    const key = await printed('create', '--name', 'leaked', '--org', 'org-1');
    const { stdout } = await keys('list');
    expect(stdout).not.toContain(key);
    const line = stdout.split('\n').find((row) => row.includes('leaked'));
    expect(line).toMatch(/service.*leaked.*org-1.*sync:write.*valid/);
    const id = /[0-9a-f-]{36}/.exec(line ?? '')?.[0] as string;

    expect((await whoami(key)).status).toBe(200);
    expect(await printed('revoke', id)).toMatch(new RegExp(`^Revoked ${id};`));
    await waitFor('the key is refused', async () => (await whoami(key)).status === 401);
    expect((await keys('list')).stdout).toMatch(/leaked.*revoked/);
    expect(await keys('revoke', id)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/no valid key/),
    });
  });
});

describe('a command used wrongly', () => {
  const usage = /^Usage: sync-operations keys/m;

  it.each<[args: string, says: RegExp]>([
    ['', usage],
    ['make', usage],
    ['create --nmae x', usage],
    ['create --org org-1', /^--name is required/],
    ['create --name x', /^--org or --all-orgs is required/],
    ['create --name x --org org-1 --all-orgs', /^--org or --all-orgs is required/],
    [
      'create --name x --org org-1 --scope sync:everything',
      /^--scope sync:everything does not exist; .*sync:admin, .*\.$/m,
    ],
    ['create --name x --org org-1 --days soon', /^--days must be a whole number/m],
    ['revoke', /^There is no valid key/m],
  ])('changes nothing, says how, and ends with 1: keys %s', async (args, says) => {
    const { code, stdout, stderr } = await keys(...args.split(' ').filter(Boolean));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('says whose URL it needs when it has only that of the service', async () => {
    const { code, stderr } = await ServiceProcess.command('keys', ['list'], { DATABASE_URL: service.database.appUrl });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^MIGRATION_DATABASE_URL must be set /),
    });
  });
});
