import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService } from '../support/test-service.ts';
import { call } from '../tenancy/endpoint.caller.ts';
import { type Document, readOperations } from '../tenancy/endpoint.operations.ts';
import { MARKER, namesOf, plantVictim } from '../tenancy/endpoint.victim.ts';

/** Change no right, key, connection, schedule or rule, and why the trail needs no entry of the request itself. */
const NOT_CONFIGURATION: Readonly<Record<string, string>> = {
  startSync: 'the sync names who started it, and the entry of its end does',
  reportProgress: 'counts of a sync, whose end is one entry',
  reportMany: 'counts of syncs, whose ends are one entry each',
  storePreview: 'expires; it names who computed it',
  deletePreview: 'forgets what would expire',
  lookUpPreview: 'reads',
  checkConnection: 'asks the system; a check that fails is an entry',
  startRun: 'the run names who asked for it, and the entry of its end does',
  startPreview: 'as startRun; writes to no system',
  startReconcile: 'as startRun; writes to no system',
  testWebhookEndpoint: 'a message, which the log of deliveries keeps',
  replayWebhookDelivery: 'as testWebhookEndpoint',
  replayWebhookDeliveries: 'as testWebhookEndpoint',
};

/** They call systems, which are not there; what they write is tested where systems are. */
const ELSEWHERE: Readonly<Record<string, string>> = { setBindings: 'test/runs/bindings.test.ts' };

/** Entries of what somebody did with a sync or an alert, which changes nothing of how the organization works. */
const ACTIONS = ['appendActivity', 'completeSync', 'failSync', 'cancelSync', 'pauseSync', 'resumeSync']
  .concat(['retryFailedItems', 'undoRun', 'approveRun', 'refuseRun', 'erasePerson'])
  .concat(['acknowledgeAlert', 'muteAlert', 'unmuteAlert', 'resolveAlert']);

// The service's own document says which tests there are, so it is read before they are.
const service = await startTestService();
const document = (await send(service, '/openapi.json')).body as Document;
const mutating = readOperations(document).filter(({ method, isPublic }) => method !== 'GET' && !isPublic);
const admin = new pg.Client({ connectionString: service.database.superuserUrl });
beforeAll(() => admin.connect());
afterAll(async () => {
  await admin.end();
  await service.close();
});

it('The lists of exceptions name operations that there are', () => {
  const ids = mutating.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining([...Object.keys(NOT_CONFIGURATION), ...Object.keys(ELSEWHERE), ...ACTIONS]),
  );
});

describe.each(mutating.filter(({ id }) => !(id in NOT_CONFIGURATION || id in ELSEWHERE)))('$id', (operation) => {
  it('leaves an entry of who did what, with before and after where it changes how the organization works', async () => {
    const who = `d-${operation.id}`;
    await plantVictim(admin, who, who);
    const apiKey = await service.createKey({ orgId: who, name: 'changer', scopes: ['sync:admin'] });
    // What goes on again was paused before.
    if (operation.path.endsWith('/resume')) {
      const named = Object.entries(namesOf(who)).reduce(
        (at, [name, value]) => at.replace(`{${name}}`, String(value)),
        operation.path,
      );
      const path = named.replace(/resume$/, 'pause');
      await call(service.url, { method: 'POST', path, headers: {} }, { 'x-api-key': apiKey });
    }
    await admin.query('DELETE FROM sync_activity_log WHERE org_id = $1', [who]);
    const [request] = operation.requests({
      ...namesOf(who),
      'Idempotency-Key': `new-${who}`,
      'If-None-Match': undefined,
    });
    if (!request) throw new Error('no request');
    const response = await call(service.url, request, { 'x-api-key': apiKey });
    expect(response.status).toBeLessThan(300);
    const { rows } = await admin.query('SELECT * FROM sync_activity_log WHERE org_id = $1', [who]);
    expect(rows.length).toBeGreaterThan(0);
    if (ACTIONS.includes(operation.id)) return;
    const told = rows.filter(({ details }) => details && 'before' in details);
    expect(told).not.toEqual([]);
    for (const { user_id, details } of told) {
      expect(user_id).toBe('changer');
      expect([details.before, details.after]).not.toEqual([null, null]);
      for (const secret of [`ck_${MARKER}`, `cs_${MARKER}`, 'whsec_'])
        expect(JSON.stringify(details)).not.toContain(secret);
    }
  });
});
