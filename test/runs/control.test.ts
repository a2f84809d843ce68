import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { steadyNow } from '../../src/common/clock.ts';
import { ConnectorError } from '../../src/connectors/contract/connector.error.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import type { FakeSystem } from './fake.system.ts';
import { RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '3', SYNC_ORG_CONCURRENCY: '2' });
});
afterAll(() => fixture.close());

const ORG = 'org-controlled';

/** Holds the system's n-th read until it is let go. */
function gate(system: FakeSystem, read = 2) {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    system.hooks.beforeRead = (reads) => {
      if (reads < read) return undefined;
      resolve();
      return opened;
    };
  });
  return { reached, open };
}

const progress = async (syncId: string, orgId = ORG) => (await fixture.call(orgId, 'GET', `/progress/${syncId}`)).body;

describe('A run', () => {
  it('pauses within a batch, keeps its slot, and resumes at its checkpoint', async () => {
    const { id, system } = await fixture.connect(ORG, 'paused');
    system.fill(450);
    const held = gate(system, 3);
    const { sync_id } = await fixture.start(ORG, { source_connection_id: id });
    await held.reached;
    await fixture.call(ORG, 'POST', `/progress/${sync_id}/pause`);
    held.open();
    const paused = await waitFor('it is paused', async () => {
      const now = await progress(sync_id);
      return now.status === 'paused' && now;
    });
    expect(paused.processed_count).toBeLessThanOrEqual(300);
    expect(paused.processed_count % 100).toBe(0);
    const other = await fixture.start(ORG, { source_connection_id: id });
    expect(other.state).toBe('waiting');
    await fixture.call(ORG, 'POST', `/progress/${sync_id}/resume`);
    const run = await fixture.ended(ORG, sync_id);
    expect(run.progress).toMatchObject({ status: 'completed', processed_count: 450, total_items: 450 });
    expect((await fixture.ended(ORG, other.sync_id)).counts).toEqual({ unchanged: 450 });
  });

  it('is cancelled within a batch, with what it did until then counted', async () => {
    const { id, system } = await fixture.connect(ORG, 'cancelled');
    system.fill(1_000);
    const held = gate(system, 4);
    const { sync_id } = await fixture.start(ORG, { source_connection_id: id });
    await held.reached;
    const asked = await fixture.call(ORG, 'POST', `/progress/${sync_id}/cancel`);
    expect(asked.body.cancel_requested).toBe(true);
    held.open();
    const run = await fixture.ended(ORG, sync_id);
    expect(run.progress.status).toBe('cancelled');
    expect(run.counts).toEqual({ created: run.progress.processed_count });
    expect(run.progress.processed_count).toBeLessThan(600);
  });

  it('can be cancelled while it is paused, and while it waits for its turn', async () => {
    const { id, system } = await fixture.connect(ORG, 'cancelled-paused');
    system.fill(300);
    const held = gate(system);
    const first = await fixture.start(ORG, { source_connection_id: id });
    const waiting = await fixture.start(ORG, { source_connection_id: id });
    await held.reached;
    await fixture.call(ORG, 'POST', `/progress/${first.sync_id}/pause`);
    held.open();
    await waitFor('it is paused', async () => (await progress(first.sync_id)).status === 'paused');
    expect((await fixture.call(ORG, 'POST', `/progress/${waiting.sync_id}/cancel`)).body.status).toBe('cancelled');
    const { body } = await fixture.call(ORG, 'POST', `/progress/${first.sync_id}/cancel`);
    expect(body.status).toBe('cancelled');
    const next = await fixture.run(ORG, { source_connection_id: id });
    expect(next.progress.status).toBe('completed');
  });

  it('says until when it waits for a rate limit, and hands itself on when that is long', async () => {
    const { id, system } = await fixture.connect(ORG, 'limited');
    system.fill(10);
    const until = Date.now() + 3_600_000;
    system.hooks.beforeRead = () => {
      throw new ConnectorError('rate-limited', 'Too many requests.', { retryAt: until });
    };
    const { sync_id } = await fixture.start(ORG, { source_connection_id: id });
    const waiting = await waitFor('it waits', async () => {
      const now = await progress(sync_id);
      // Told before the run is handed on.
      return now.rate_limited_until && now.status === 'queued' && now;
    });
    expect(Math.abs(Date.parse(waiting.rate_limited_until) - until)).toBeLessThan(1_000);
    expect((await fixture.call(ORG, 'POST', `/progress/${sync_id}/cancel`)).body.status).toBe('cancelled');
  });

  it.each([
    ['ahead of', 600_000],
    ['behind', -600_000],
  ])('waits as long as a system asks for when its clock is ten minutes %s that of the database', async (_, aheadMs) => {
    const { id, system } = await fixture.connect(ORG, `limited-${aheadMs}`);
    system.fill(10);
    system.hooks.beforeRead = () => {
      throw new ConnectorError('rate-limited', 'Too many requests.', { retryAt: steadyNow() + 40_000 });
    };
    const realNow = performance.now.bind(performance);
    const wrong = vi.spyOn(performance, 'now').mockImplementation(() => realNow() + aheadMs);
    try {
      const { sync_id } = await fixture.start(ORG, { source_connection_id: id });
      const seconds = await waitFor('it waits', async () => {
        const [row] = await sql<{ shown: number; queued: number }>(
          fixture.service.database.superuserUrl,
          `SELECT extract(epoch FROM p.rate_limited_until - now())::float AS shown,
                  extract(epoch FROM j.start_after - now())::float AS queued
             FROM public.sync_progress p
             JOIN pgboss.job j ON j.name = 'sync-runs' AND j.state = 'created' AND j.data ->> 'sync_id' = p.sync_id
            WHERE p.sync_id = $1 AND p.rate_limited_until IS NOT NULL`,
          [sync_id],
        );
        return row;
      });
      for (const wait of [seconds.shown, seconds.queued]) expect(Math.abs(wait - 40)).toBeLessThan(5);
      await fixture.call(ORG, 'POST', `/progress/${sync_id}/cancel`);
    } finally {
      wrong.mockRestore();
    }
  });

  it('survives short failures with smaller pages, and ends at once when its key is wrong', async () => {
    const { id, system } = await fixture.connect(ORG, 'shaky');
    system.fill(230);
    system.hooks.beforeRead = (reads) => {
      if (reads % 3 === 0) throw new ConnectorError('timeout', 'It took too long.');
    };
    expect((await fixture.run(ORG, { source_connection_id: id })).counts).toEqual({ created: 230 });
    system.hooks.beforeRead = () => {
      throw new ConnectorError('auth', 'The key was revoked.');
    };
    const failed = await fixture.run(ORG, { source_connection_id: id });
    expect(failed.progress).toMatchObject({ status: 'failed', error_message: 'The key was revoked.' });
  });
});

describe('Many runs of one organization', () => {
  it('do not hold up those of another', async () => {
    const gates = [];
    for (let i = 0; i < 4; i += 1) {
      const { id, system } = await fixture.connect('org-many', `many-${i}`);
      system.fill(10);
      const held = gate(system, 1);
      gates.push(held);
      await fixture.start('org-many', { source_connection_id: id });
      // The share of an organization is two here.
      if (i < 2) await held.reached;
    }
    const { id, system } = await fixture.connect('org-few', 'few');
    system.fill(10);
    expect((await fixture.run('org-few', { source_connection_id: id })).progress.status).toBe('completed');
    for (const { open } of gates) open();
  });
});

describe('Another organization', () => {
  it('cannot start, see or control a run, nor use the connection', async () => {
    const { id, system } = await fixture.connect(ORG, 'mine');
    system.fill(5);
    const { sync_id } = await fixture.run(ORG, { source_connection_id: id });
    const theirs = await fixture.connect('org-other', 'theirs');
    for (const [method, path, body] of [
      ['GET', `/runs/${sync_id}`],
      ['POST', `/progress/${sync_id}/retry-failed`],
      ['POST', `/connections/${id}/preview`, { entity_type: 'customer' }],
      ['POST', '/runs', { source_connection_id: id, entity_type: 'customer' }],
      [
        'POST',
        '/runs',
        { source_connection_id: theirs.id, entity_type: 'customer', destination: { connection_id: id } },
      ],
    ] as const)
      expect([path, (await fixture.call('org-other', method, path, body)).status]).toEqual([path, 404]);
    expect((await fixture.call('org-other', 'GET', '/runs')).body.items).toEqual([]);
  });
});

describe('Removing a connection', () => {
  it('cancels its runs: those that wait at once, the one at work within a batch', async () => {
    const { id, system } = await fixture.connect(ORG, 'removed');
    system.fill(500);
    const held = gate(system);
    const atWork = await fixture.start(ORG, { source_connection_id: id });
    const waiting = await fixture.start(ORG, { source_connection_id: id });
    await held.reached;
    expect((await fixture.call(ORG, 'DELETE', `/connections/${id}`)).status).toBe(204);
    expect((await progress(waiting.sync_id)).status).toBe('cancelled');
    held.open();
    expect((await fixture.ended(ORG, atWork.sync_id)).progress.status).toBe('cancelled');
  });
});

describe('A worker', () => {
  it("never reads another organization's connection, whatever a run or a job names", async () => {
    const { id, system } = await fixture.connect(ORG, 'victim');
    system.fill(10);
    const held = gate(system, 1);
    const victim = await fixture.start(ORG, { source_connection_id: id });
    await held.reached;
    const { reads } = system;
    const asEvil = (text: string, values: unknown[]) => sql(fixture.service.database.appUrl, text, values, 'org-evil');
    // A run of one's own that names the connection, stored past the API by plain SQL, and a job that names the run of the other.
    await asEvil(
      `WITH p AS (INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status)
                  VALUES ('org-evil', 'evil', 'customer', 'fake', 'queued'))
       INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, entity_type, mode)
       VALUES ('org-evil', 'evil', 'sync', $1, 'customer', 'full')`,
      [id],
    );
    await asEvil(
      `INSERT INTO pgboss.job (name, data, policy, group_id) VALUES ('sync-runs', $1, 'short', 'org-evil')`,
      [JSON.stringify({ org_id: 'org-evil', sync_id: victim.sync_id })],
    );
    const evil = await fixture.ended('org-evil', 'evil');
    expect(evil.progress).toMatchObject({
      status: 'failed',
      error_message: 'There is no such connection in your organization, or it was removed.',
    });
    await waitFor('the job was taken', async () => {
      const left = await asEvil(
        "SELECT FROM pgboss.job WHERE name = 'sync-runs' AND state < 'active' AND group_id = 'org-evil'",
        [],
      );
      return left.length === 0;
    });
    expect(system.reads).toBe(reads);
    held.open();
    expect((await fixture.ended(ORG, victim.sync_id)).counts).toEqual({ created: 10 });
  });
});
