import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Previews } from '../previews/previews.support.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** A request of a person; those of the fixture are of user-1. */
const by = async (sub: string, orgId: string, path: string, body?: object, scope = 'sync:integrator') =>
  send(fixture.service, `/api/sync${path}`, {
    ...{ method: body ? 'POST' : 'GET', authorization: `Bearer ${await token(orgId, { sub, scope })}` },
    ...(body && { body: JSON.stringify(body) }),
  });
const limit = (orgId: string, settings: object) => fixture.call(orgId, 'PATCH', '/settings', settings);
const trail = (orgId: string, syncId: string) =>
  sql<{ activity_type: string; user_id: string; details: object }>(
    fixture.service.database.superuserUrl,
    `SELECT activity_type, user_id, details FROM sync_activity_log WHERE org_id = $1 AND sync_id = $2 ORDER BY created_at, id`,
    [orgId, syncId],
  );

let orgs = 0;
/** An organization with three customers in a system, none in the other, and a preview of the sync between them. */
async function organization() {
  const orgId = `org-approval-${++orgs}`;
  const [from, to] = [await fixture.connect(orgId, `from-${orgs}`), await fixture.connect(orgId, `to-${orgs}`)];
  for (const name of ['Ann', 'Bob', 'Cid']) from.system.put({ email: `${name}@x.example`, name, phone: null });
  const ends = { source_connection_id: from.id, destination: { connection_id: to.id }, entity_type: 'customer' };
  const preview = async () => (await new Previews(fixture, orgId).preview(ends)).key;
  const apply = async (key: string) => fixture.start(orgId, { ...ends, preview: key });
  return { orgId, from, to, ends, preview, apply };
}

/** A sync without a preview, once it waits for a second person. */
async function held(orgId: string, ends: object) {
  const { sync_id } = await fixture.start(orgId, ends);
  return waitFor('it waits for a second person', async () => {
    const { body } = await fixture.call(orgId, 'GET', `/runs/${sync_id}`);
    return body.state === 'waiting' && body.approval === 'wanted' ? body : undefined;
  });
}

describe('A preview with more changes than one person may apply', () => {
  it('is applied when a second person has approved it, and not before', async () => {
    const { orgId, to, preview, apply } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const run = await apply(await preview());
    expect(run).toMatchObject({ state: 'waiting', approval: 'wanted', approval_by: null });
    expect(run.progress).toMatchObject({
      status: 'queued',
      waiting_reason: 'It changes 3, more than 2. A second person must approve it.',
    });
    const refused = await by('user-1', orgId, `/runs/${run.sync_id}/approve`, {});
    expect(refused).toMatchObject({ status: 409, problem: 'conflict' });
    expect(refused.detail).toContain('a second person decides');
    expect(to.system.items.size).toBe(0);
    const approved = await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {});
    expect(approved).toMatchObject({ status: 200, body: { approval: 'approved', approval_by: 'user-2' } });
    expect((await fixture.ended(orgId, run.sync_id)).counts).toEqual({ created: 3 });
    expect(to.system.items.size).toBe(3);
    expect((await by('user-3', orgId, `/runs/${run.sync_id}/approve`, {})).status).toBe(409);
    const entry = (await trail(orgId, run.sync_id)).find(({ activity_type }) => activity_type === 'run_approved');
    expect(entry).toMatchObject({ user_id: 'user-2', details: { requested_by: 'user-1' } });
  });

  it('ends when a second person refuses it, with the reason', async () => {
    const { orgId, to, preview, apply } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const run = await apply(await preview());
    expect((await by('user-1', orgId, `/runs/${run.sync_id}/refuse`, { reason: 'Mine.' })).status).toBe(409);
    const refused = await by('user-2', orgId, `/runs/${run.sync_id}/refuse`, { reason: 'These are still wanted.' });
    expect(refused.body).toMatchObject({ state: 'ended', approval: 'refused', approval_by: 'user-2' });
    expect(refused.body.progress).toMatchObject({
      status: 'cancelled',
      error_message: 'Refused by user-2: These are still wanted.',
    });
    expect(to.system.items.size).toBe(0);
    const entry = (await trail(orgId, run.sync_id)).find(({ activity_type }) => activity_type === 'run_refused');
    expect(entry).toMatchObject({ user_id: 'user-2', details: { reason: 'These are still wanted.' } });
  });

  it('is decided by nobody without that right, and by no other organization', async () => {
    const { orgId, preview, apply } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const run = await apply(await preview());
    expect((await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {}, 'sync:operator')).problem).toBe(
      'missing-scope',
    );
    expect((await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {}, 'sync:write')).problem).toBe('missing-scope');
    expect((await by('user-2', 'org-other', `/runs/${run.sync_id}/approve`, {})).status).toBe(404);
  });

  it('ends by itself when nobody decides in time, and can be cancelled before', async () => {
    const { orgId, preview, apply } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const key = await preview();
    const [late, cancelled] = [await apply(key), await apply(key)];
    expect((await fixture.call(orgId, 'POST', `/progress/${cancelled.sync_id}/cancel`)).body.status).toBe('cancelled');
    await sql(fixture.service.database.superuserUrl, 'UPDATE sync_runs SET approval_until = now() WHERE sync_id = $1', [
      late.sync_id,
    ]);
    const over = await waitFor('it has ended', async () => {
      const { body } = await fixture.call(orgId, 'GET', `/runs/${late.sync_id}`);
      return body.approval === 'expired' ? body : undefined;
    });
    expect(over.progress).toMatchObject({ status: 'cancelled', error_message: 'nobody approved it in time' });
    expect((await by('user-2', orgId, `/runs/${late.sync_id}/approve`, {})).status).toBe(409);
  });

  it('keeps no other sync from its connections', async () => {
    const { orgId, ends, preview, apply } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const run = await apply(await preview());
    // That one would change as much, and waits for a second person in its turn; it has got the connections.
    const other = await held(orgId, ends);
    for (const { sync_id } of [other, run])
      expect((await fixture.call(orgId, 'GET', `/runs/${sync_id}`)).body.approval).toBe('wanted');
  });
});

describe('A sync without a preview that comes to more changes than one person may make', () => {
  it('waits before it makes them, holds up nobody, and goes on when a second person has approved it', async () => {
    const { orgId, from, to, ends } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const run = await held(orgId, ends);
    expect(run).toMatchObject({ approval: 'wanted', approval_until: expect.stringMatching(/^20/), counts: {} });
    expect(run.progress).toMatchObject({
      ...{ status: 'queued', processed_count: 0 },
      waiting_reason:
        'It would change 3 in its next batch, and one person may change no more than 2. A second person must approve it.',
    });
    expect(to.system.items.size).toBe(0);
    expect((await fixture.run(orgId, { ...ends, destination: 'records' })).progress.status).toBe('completed');
    expect((await by('user-1', orgId, `/runs/${run.sync_id}/approve`, {})).status).toBe(409);
    expect((await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {})).status).toBe(200);
    const ended = await fixture.ended(orgId, run.sync_id);
    expect(ended).toMatchObject({ approval: 'approved', approval_by: 'user-2', counts: { created: 3 } });
    expect(ended.progress).toMatchObject({ status: 'completed', processed_count: 3, waiting_reason: null });
    expect([to.system.items.size, from.system.items.size]).toEqual([3, 3]);
    const types = (await trail(orgId, run.sync_id)).map(({ activity_type }) => activity_type);
    expect(types).toEqual(expect.arrayContaining(['approval_wanted', 'run_approved', 'sync_completed']));
  });

  it('keeps what it has done, and does the rest once', async () => {
    const { orgId, from, to, ends } = await organization();
    for (let n = 0; n < 247; n += 1) from.system.put({ email: `c${n}@x.example`, name: `C${n}`, phone: null });
    await limit(orgId, { approval_changes: 120 });
    const run = await held(orgId, ends);
    const done = to.system.items.size;
    expect(run.counts).toEqual({ created: done });
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThanOrEqual(120);
    expect(run.progress.waiting_reason).toContain(`It has changed ${done} and would change`);
    expect((await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {})).status).toBe(200);
    expect((await fixture.ended(orgId, run.sync_id)).counts).toEqual({ created: 250 });
    expect(to.system.items.size).toBe(250);
  });

  it('ends where it is when it is refused, cancelled, or not decided in time', async () => {
    const { orgId, to, ends } = await organization();
    await limit(orgId, { approval_changes: 2 });
    const [refused, cancelled, late] = [await held(orgId, ends), await held(orgId, ends), await held(orgId, ends)];
    expect((await by('user-2', orgId, `/runs/${refused.sync_id}/refuse`, { reason: 'Not now.' })).status).toBe(200);
    expect((await fixture.call(orgId, 'POST', `/progress/${cancelled.sync_id}/cancel`)).body.status).toBe('cancelled');
    await sql(fixture.service.database.superuserUrl, 'UPDATE sync_runs SET approval_until = now() WHERE sync_id = $1', [
      late.sync_id,
    ]);
    for (const { sync_id } of [refused, cancelled, late])
      expect((await fixture.ended(orgId, sync_id)).progress.status).toBe('cancelled');
    expect(to.system.items.size).toBe(0);
    await limit(orgId, { approval_changes: 3 });
    expect((await fixture.run(orgId, ends)).counts).toEqual({ created: 3 });
  });
});

describe('Without a limit, or below it', () => {
  it('nobody has to approve anything', async () => {
    const { orgId, preview, apply } = await organization();
    await limit(orgId, { approval_changes: 3, approval_deletes: 0 });
    const run = await apply(await preview());
    expect(run.approval).toBeNull();
    expect((await fixture.ended(orgId, run.sync_id)).counts).toEqual({ created: 3 });
  });
});

const TWO_OF_THREE = '2 of 3 (66.7 %) would be deleted, and one person may delete no more than 1.';

describe('Deletes beyond what one person may make', () => {
  it('are counted with those of other runs, by an apply as by a sync', async () => {
    const { orgId, from, to, ends, preview, apply } = await organization();
    await fixture.call(orgId, 'PATCH', `/connections/${to.id}`, { settings: { delete_guard_percent: 100 } });
    expect((await fixture.run(orgId, ends)).counts).toEqual({ created: 3 });
    await limit(orgId, { approval_deletes: 1 });
    const [first = '', second = ''] = from.system.items.keys();
    from.system.remove(first);
    expect((await fixture.run(orgId, ends)).counts).toEqual({ deleted: 1, unchanged: 2 });
    from.system.remove(second);
    const key = await preview();
    expect((await fixture.run(orgId, ends)).progress).toMatchObject({
      status: 'failed',
      error_message: expect.stringContaining(TWO_OF_THREE),
    });
    const run = await apply(key);
    expect(run.progress.waiting_reason).toBe(`${TWO_OF_THREE} A second person must approve it.`);
    expect((await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {})).status).toBe(200);
    expect((await fixture.ended(orgId, run.sync_id)).counts).toMatchObject({ deleted: 1 });
  });

  it('are refused in a sync without a preview; overriding the guard and applying a preview wait for a second person', async () => {
    const { orgId, from, to, ends, apply } = await organization();
    const toConnection = { delete_guard_percent: 100 };
    await fixture.call(orgId, 'PATCH', `/connections/${to.id}`, { settings: toConnection });
    await fixture.call(orgId, 'PATCH', `/connections/${from.id}`, { settings: toConnection });
    expect((await fixture.run(orgId, ends)).counts).toEqual({ created: 3 });
    await limit(orgId, { approval_deletes: 1 });
    for (const id of [...from.system.items.keys()].slice(0, 2)) from.system.remove(id);
    const alone = await fixture.run(orgId, ends);
    expect(alone.progress).toMatchObject({
      status: 'failed',
      error_message: expect.stringContaining(`${TWO_OF_THREE} Nothing more was deleted.`),
    });
    const overriding = await fixture.start(orgId, { ...ends, override_guard: { reason: 'meant' } });
    expect(overriding).toMatchObject({ approval: 'wanted' });
    await fixture.call(orgId, 'POST', `/progress/${overriding.sync_id}/cancel`);
    const { key, summary } = await new Previews(fixture, orgId).preview(ends);
    expect(summary).toMatchObject({ deletes: 2, guard: null, approval: TWO_OF_THREE });
    const run = await apply(key);
    expect(run.progress.waiting_reason).toBe('It deletes 2, more than 1. A second person must approve it.');
    expect((await by('user-2', orgId, `/runs/${run.sync_id}/approve`, {})).status).toBe(200);
    expect((await fixture.ended(orgId, run.sync_id)).counts).toMatchObject({ deleted: 2 });
  });
});
