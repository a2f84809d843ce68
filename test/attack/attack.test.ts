import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { ATTACKERS, type Target } from './attackers.ts';

// npm run attack: the same, for longer. A service with the limits that it has by default is attacked in each of these ways, then in all of
// them at once, while an organization that does nothing wrong reports its progress. It prints how much longer that takes then; what is
// asserted is that its reports are accepted, since figures of time belong to the machine.

/** Of quiet before, and of each attack. */
const SECONDS = Number(process.env.ATTACK_SECONDS ?? 1);
/** Between two reports of the organization that does nothing wrong. */
const PAUSE_MS = 20;
const PROCESS = fileURLToPath(new URL('attackers.process.ts', import.meta.url));
const SECRET = 'a-secret-of-at-least-32-characters-for-tests';

let database: TestDatabase;
let service: ServiceProcess;
let url: string;
const roles: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  service = await ServiceProcess.start({
    ...{ DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: SECRET, LOG_LEVEL: 'silent' },
    // The limits of a service that nobody has configured.
    ...{ SYNC_ORG_REQUESTS_PER_SECOND: '', SYNC_PRINCIPAL_REQUESTS_PER_SECOND: '', SYNC_UNKNOWN_KEYS_PER_SECOND: '' },
  });
  url = service.address as string;
});
afterAll(async () => {
  await service.stop();
  await SqlRoles.with(database.ownerUrl, async (admin) => {
    for (const name of roles) await admin.drop(name);
  });
  await database.drop();
});

async function target(orgId: string): Promise<Target> {
  const name = `attacker_${randomBytes(6).toString('hex')}`;
  const password = await SqlRoles.with(database.ownerUrl, (admin) => admin.create(name, orgId, 'attacker'));
  roles.push(name);
  return {
    ...{ url, orgId },
    authorization: `Bearer ${await token(orgId, { scope: 'sync:admin' }, SECRET)}`,
    sqlUrl: urlOfRole(database.ownerUrl, name, password as string),
  };
}

/** Runs the attackers of these names, each of an organization of its own; the function that is returned ends them. */
async function attack(names: readonly string[]): Promise<() => Promise<unknown>> {
  const targets: Record<string, Target> = {};
  for (const name of names) targets[name] = await target(`org-${Object.keys(ATTACKERS).indexOf(name)}`);
  const child = spawn(process.execPath, [PROCESS, JSON.stringify(targets)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return () => {
    child.kill('SIGTERM');
    return ended;
  };
}

/** Reports of an organization that does nothing wrong: how long each took, in milliseconds, and every status but 200. */
async function reportsOf(seconds: number): Promise<{ times: number[]; refused: number[] }> {
  const headers = {
    authorization: `Bearer ${await token('org-quiet', {}, SECRET)}`,
    'content-type': 'application/json',
  };
  const sync_id = `quiet-${randomBytes(6).toString('hex')}`;
  const send = (method: string, path: string, body: object) =>
    fetch(`${url}/api/sync/progress${path}`, { method, headers, body: JSON.stringify(body) });
  const sync = { sync_id, entity_type: 'customer', source_system: 'shop', total_items: 1_000_000 };
  await waitFor('the sync is started', async () => [200, 201].includes((await send('POST', '', sync)).status));
  const times: number[] = [];
  const refused: number[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let processed_count = 1; performance.now() < end; processed_count++) {
    const began = performance.now();
    const response = await send('PATCH', `/${sync_id}`, { processed_count });
    await response.arrayBuffer();
    times.push(performance.now() - began);
    if (response.status !== 200) refused.push(response.status);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { times, refused };
}

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;

async function attacked(what: string, names: readonly string[]): Promise<void> {
  const before = await reportsOf(SECONDS);
  const end = await attack(names);
  const during = await reportsOf(SECONDS).finally(end);
  const [p50, p99] = [0.5, 0.99].map((share) => ({
    before: percentile(before.times, share),
    during: percentile(during.times, share),
  })) as [Figures, Figures];
  console.log(`${what}: p50 ${text(p50)}, p99 ${text(p99)}`);
  const refused = [...before.refused, ...during.refused];
  expect({ what, refused }).toEqual({ what, refused: [] });
}

interface Figures {
  readonly before: number;
  readonly during: number;
}

const text = ({ before, during }: Figures): string =>
  `${before.toFixed(1)} → ${during.toFixed(1)} ms (× ${(during / before).toFixed(1)})`;

describe('An organization that does nothing wrong reports its progress while', () => {
  it.each(Object.keys(ATTACKERS))('%s', (name) => attacked(name, [name]), SECONDS * 10_000 + 60_000);

  it('all of that happens at once', () => attacked('all at once', Object.keys(ATTACKERS)), SECONDS * 10_000 + 60_000);
});
