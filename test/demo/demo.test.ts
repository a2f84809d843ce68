import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cancelSync, createSyncClient, getSync, pauseSync, resumeSync } from '@sync-operations/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOptions } from '../../demo/demo.options.ts';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { waitFor } from '../support/wait-for.ts';

const API_KEY = 'a-key-for-tests-only';
let dataDir: string;

beforeAll(() => {
  dataDir = newFolder();
});
afterAll(cleanUp);

/** All on one data folder, as somebody tries it again and again. */
const startDemo = (...args: string[]) =>
  ServiceProcess.demo(args, { SYNC_DATA_DIR: dataDir, SYNC_DEV_API_KEY: API_KEY });

const seen = (demo: ServiceProcess, text: RegExp) =>
  waitFor(`the demo prints ${text}`, () => text.exec(demo.output), { withinMs: 45_000, everyMs: 5 });

/** What the result says of each check, "wrong" and its expectation included. */
const checksOf = (stdout: string) =>
  Object.fromEntries(
    [...stdout.matchAll(/^ {2}(ok|wrong) +(.+?) {2,}(.+)$/gm)].map(([, mark, what, found]) => [
      what,
      `${mark} ${found}`,
    ]),
  );

const allRight = (counts: { customers: string; failed: string }) => ({
  Status: 'ok completed_with_errors',
  'Customers processed': `ok ${counts.customers}`,
  'Customers failed': `ok ${counts.failed}`,
  'Trail entries for failed customers': `ok ${counts.failed}`,
  'Completion entries by the service': 'ok 1',
  'Failures in the error groups': `ok ${counts.failed}`,
  "Rows in the CRM's table": `ok ${counts.customers}`,
  'Other organization: live syncs': 'ok 0',
  "Other organization: the sync's address": 'ok 404',
  'Other organization: trail entries': 'ok 0',
});

/** The checks of the second act with 600 customers. */
const SECOND_ACT = {
  'Preview: to be created': 'ok 569',
  'Preview: to be updated': 'ok 20',
  'Preview: to be deleted': 'ok 0',
  'Preview: unchanged': 'ok 10',
  'Preview: conflicts': 'ok 1',
  'Preview: writing calls to the Odoo': 'ok 0',
  'Apply: status': 'ok completed',
  'Apply: created': 'ok 569',
  'Apply: updated': 'ok 20',
  'Apply: refused by the Odoo': 'ok 0',
  'Odoo: partners added': 'ok 569',
  'Odoo: old phone numbers left': 'ok 1',
  'Second sync: unchanged': 'ok 599',
  'Second sync: still in conflict': 'ok 1',
  'Second sync: writing calls to the Odoo': 'ok 0',
  'Incremental sync: updated': 'ok 1',
  'Incremental sync: created': 'ok 0',
  'Incremental sync: writing calls': 'ok 1',
  'Odoo: phone number of that partner': 'ok +49 221 4711',
  'Reconcile: both ends are': 'ok equal',
  'Reconcile: equal customers': 'ok 599',
  'Reconcile: for people to decide': 'ok 1',
  'Reconcile: writing calls to the Odoo': 'ok 0',
  "Other organization: the shop's connection": 'ok 404',
  'Other organization: the preview': 'ok 404',
};

/** Counts handled, as the first act's progress lines say them: each was acknowledged before it was printed. */
const acknowledged = (output: string) =>
  [...output.replace(/^2\. .*/ms, '').matchAll(/% {2}([\d,]+) of/g)].map(([, count]) =>
    Number(count?.replaceAll(',', '')),
  );

const postgresRuns = () => existsSync(join(dataDir, 'cluster/postmaster.pid'));

describe('npm run demo -- --exit', () => {
  it('syncs a shop to a table and then to an Odoo, to exact counts, and ends all it started', async () => {
    const { code, stdout, stderr } = await startDemo('--exit', '--fast', '--customers', '600').ended;
    expect(stderr).toBe('');
    expect(checksOf(stdout)).toEqual({ ...allRight({ customers: '594', failed: '6' }), ...SECOND_ACT });
    expect(stdout).toMatch(/ 3 × null value in column "email"/);
    expect(stdout).toMatch(/ 3 × new row for relation "customers" violates check/);
    expect(stdout).toMatch(/ 100 % {2}600 of 600, 6 failed/);
    expect(stdout).toMatch(
      / 20 to update, .*\n.* <customer\d+@example\.test>\n +phone: \+49 30 555 \d+ → \+49 30 \d+\n/,
    );
    expect(stdout).toMatch(
      / customer \d+: (Entry \d+ of the destination has the same e-mail and name\. ){2}Link the item/,
    );
    expect(stdout).toMatch(/\nEvery check of both acts is right\.\n$/);
    expect(code).toBe(0);
    expect(postgresRuns()).toBe(false);
  });

  it('survives a SIGKILL of the service in the middle: nothing acknowledged is lost, nothing counted twice', async () => {
    const demo = startDemo('--exit', '--customers', '400');
    await seen(demo, /\d %/);
    const [, syncId = '', pid] = await seen(demo, /(sync-woo-\d+) .*kill -9 (\d+)/s);
    process.kill(Number(pid), 'SIGKILL');
    const atKill = acknowledged(demo.output);

    await seen(demo, /starting it again\..*listens on/s);
    const api = createSyncClient({ baseUrl: demo.url, apiKey: API_KEY, orgId: 'org-demo' });
    const { data: sync } = await getSync({ client: api, path: { sync_id: syncId } });
    expect(Number(sync?.processed_count) + Number(sync?.failed_count)).toBeGreaterThanOrEqual(Math.max(...atKill));
    expect(sync?.status).toBe('running');

    const { code, stdout, stderr } = await demo.ended;
    expect(stderr).toBe('');
    expect(stdout).toContain(`The service (process ${pid}) was ended by SIGKILL: starting it again.`);
    expect(checksOf(stdout)).toMatchObject(allRight({ customers: '396', failed: '4' }));
    const counts = acknowledged(stdout);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(code).toBe(0);
  }, 120_000);
});

describe('npm run demo', () => {
  it('pauses, continues and cancels on requests through the API, and then says that its checks fail', async () => {
    const demo = startDemo('--exit');
    const [, sync_id = ''] = await seen(demo, /(sync-woo-\d+) /);
    const api = createSyncClient({ baseUrl: demo.url, apiKey: API_KEY, orgId: 'org-demo' });
    const call = { client: api, path: { sync_id } };
    const status = (wanted: string) =>
      waitFor(`the sync is ${wanted}`, async () => (await getSync(call)).data?.status === wanted);

    await pauseSync(call);
    await status('paused');
    await resumeSync(call);
    await status('running');
    await cancelSync(call);
    const { code, stdout } = await demo.ended;
    expect(stdout).toContain('the second act is left out');
    expect(checksOf(stdout)).toMatchObject({
      Status: 'wrong cancelled, expected completed_with_errors',
      'Completion entries by the service': 'wrong 0, expected 1',
      "Other organization: the sync's address": 'ok 404',
    });
    expect(code).toBe(1);
  });

  it('stays up with commands that work as printed, until Ctrl-C', async () => {
    const demo = startDemo('--fast', '--customers', '100');
    await seen(demo, /Ctrl-C to stop\./);
    const commands = demo.output.replaceAll(' \\\n', ' ').matchAll(/^ +curl (.+)$/gm);
    const bodies = [];
    for (const [, command = ''] of commands) {
      const [, address = ''] = /'(http[^']+)'/.exec(command) ?? [];
      const headers = [...command.matchAll(/-H '([^:']+): ([^']+)'/g)].map(([, name, value]): [string, string] => [
        `${name}`,
        `${value}`,
      ]);
      const [, data] = /-d '([^']+)'/.exec(command) ?? [];
      const response = await fetch(address, { headers, ...(data && { method: 'POST', body: data }) });
      expect(response.ok).toBe(true);
      bodies.push(await response.json());
    }
    expect(bodies).toEqual([
      expect.objectContaining({ processed_count: 99, failed_count: 1 }),
      expect.objectContaining({ items: expect.arrayContaining([expect.objectContaining({ org_id: 'org-demo' })]) }),
      expect.objectContaining({
        items: expect.arrayContaining([expect.objectContaining({ entity_type: 'customer' })]),
      }),
      expect.objectContaining({
        items: [expect.objectContaining({ system: 'odoo', status: 'ok' }), expect.anything()],
      }),
      expect.objectContaining({ items: [expect.objectContaining({ kind: 'update' }), expect.anything()] }),
      expect.objectContaining({ billing: expect.objectContaining({ phone: '+49 30 1234' }) }),
      expect.objectContaining({ kind: 'sync', mode: 'incremental' }),
    ]);
    const [link = ''] = /http\S+\/sign-in\?\S+token=\S+/.exec(demo.output) ?? [];
    const { searchParams } = new URL(link);
    const signedIn = await fetch(`${demo.url}/sign-in`, {
      ...{ method: 'POST', body: searchParams, redirect: 'manual', headers: { origin: demo.url } },
    });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/o/org-demo/live']);

    const { code, stderr } = await demo.stop('SIGINT');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(postgresRuns()).toBe(false);
    await expect(fetch(demo.url)).rejects.toThrow('fetch failed');
  });

  it('stops all at Ctrl-C in the middle of the sync', async () => {
    const demo = startDemo('--exit');
    await seen(demo, /\d %/);
    const { code, stderr } = await demo.stop('SIGINT');
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped before the sync had ended.\n' });
    expect(postgresRuns()).toBe(false);
    await expect(fetch(demo.url)).rejects.toThrow('fetch failed');
  });

  it('stops all at Ctrl-C in the middle of the second act, too', async () => {
    const demo = startDemo('--exit', '--fast', '--customers', '2000');
    await seen(demo, /\nApply: .*\d %/s);
    const { code, stderr } = await demo.stop('SIGINT');
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped before the sync had ended.\n' });
    expect(postgresRuns()).toBe(false);
  });

  it('refuses what it does not know with a sentence and starts nothing', async () => {
    const { code, stderr, stdout } = await startDemo('--slow').ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("Unknown option '--slow'");
    expect(stderr).toContain('Usage: npm run demo');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it.each([
    [['--customers', '0'], '--customers must be a whole number'],
    [['--customers', '1e3'], '--customers must be a whole number'],
    [['--org', "o'brien"], '--org takes up to 60 letters'],
  ])('refuses %j', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
  });
});
