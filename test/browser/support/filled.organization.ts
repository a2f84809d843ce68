import { AlertsOf } from '../../alerts/alerts.support.ts';
import type { Json, RunsFixture } from '../../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../../runs/two-systems.support.ts';
import { takeTurns } from '../../support/maintenance.support.ts';
import { sql } from '../../support/test-database.ts';
import { insertTrail, noon } from './trail.data.ts';

/** A run that waits for a second person, as the service names its runs. */
export const TO_APPROVE = 'run-00000000-0000-4000-8000-00000000000a';

export interface Filled {
  /** The addresses of the pages, by what is there. */
  readonly paths: Readonly<Record<string, string>>;
  /** Stops the systems. */
  readonly empty: () => Promise<void>;
}

/** Fills an organization with something of everything that the pages show; its systems run until it is emptied. */
export async function fillOrganization(fixture: RunsFixture, org: string): Promise<Filled> {
  const { promise: isOver, resolve: tearDown } = Promise.withResolvers<void>();
  const { promise: isFilled, resolve, reject } = Promise.withResolvers<Filled['paths']>();
  const stopped = withSystems(fixture, org, { shop: { customers: 30 }, odoo: { version: 19 } }, async (systems) => {
    resolve(await fill(fixture, org, systems));
    await isOver;
  });
  stopped.catch(reject);
  return {
    paths: await isFilled,
    empty: async () => {
      tearDown();
      await stopped;
    },
  };
}

async function fill(fixture: RunsFixture, org: string, systems: TwoSystems): Promise<Filled['paths']> {
  const { shopId, odooId, shop, odoo, there } = systems;
  const post = async (path: string, body?: object): Promise<Json> => {
    const response = await fixture.call(org, 'POST', path, body);
    if (response.status >= 300) throw new Error(JSON.stringify(response.body));
    return response.body;
  };
  const { source_connection_id, ...ends } = there('customer');
  await post(`/connections/${shopId}/check`);
  await post(`/connections/${shopId}/schedules`, {
    ...ends,
    mode: 'incremental',
    cron: '*/15 * * * *',
    time_zone: 'Europe/Zurich',
  });
  const people = shop
    .state()
    .customers()
    .filter(({ role }) => role === 'customer');
  const email = 'ada@shop.example';
  for (const name of ['A', 'B']) odoo.admin.create('res.partner', { name, email, customer_rank: 1 });
  const ada = shop.admin.createCustomer({ email, first_name: 'Ada', last_name: 'Twice' });
  await fixture.run(org, there('customer'));
  const move = (place: number, city: string) => {
    const one = people[place];
    shop.admin.updateCustomer(one?.id ?? 0, { billing: { ...one?.billing, city } });
  };
  const preview = async () => {
    const asked = await post(`/connections/${source_connection_id}/preview`, ends);
    await fixture.ended(org, asked.sync_id);
    return asked;
  };
  move(0, 'Sankt Gallen');
  const { cache_key } = await preview();
  const applied = await post('/runs', { source_connection_id, ...ends, preview: cache_key });
  await fixture.ended(org, applied.sync_id);
  // The next one would delete more than its guard allows.
  move(1, 'Chur');
  for (const { id } of people.slice(10, 22)) shop.admin.deleteCustomer(id);
  const guarded = await preview();
  const compared = await post(`/connections/${shopId}/reconcile`, {
    entity_type: 'customer',
    with: { connection_id: odooId },
  });
  await fixture.ended(org, compared.sync_id);
  await waitingForApproval(fixture, org, shopId, odooId);
  await post('/erasures', { email: people.at(-1)?.email, reference: 'request 2026-114' });
  await takeTurns(fixture.service);
  await post('/keys', { name: 'billing', scopes: ['sync:view'] });
  await post('/progress', {
    sync_id: 'running/1 %',
    entity_type: 'order',
    source_system: 'erp',
    total_items: 1_234_567,
  });
  await post('/progress', { sync_id: 'paused', entity_type: 'product', source_system: 'pim' });
  await post('/progress/paused/pause');
  // So that there is something to choose.
  await fixture.call('another', 'POST', '/progress', { entity_type: 'order', source_system: 'erp' });
  const days = [...Array(20).keys()];
  await insertTrail(
    fixture.service,
    org,
    days.map((day) => ({
      created_at: noon(day + 1),
      activity_type: day % 7 === 3 ? 'sync_failed' : 'sync_completed',
      status: day % 7 === 3 ? 'failed' : 'completed',
      sync_id: `sync-of-day-${day}`,
      entity_type: day % 2 ? 'customer' : 'order',
      source_system: 'woocommerce',
      record_count: 1_000 + day * 100,
      duration_seconds: day === 5 ? 4_000 : 300 + day,
      error_message: day % 7 === 3 ? 'The shop responded with 401: the key was revoked' : null,
    })),
  );
  const alerts = new AlertsOf(fixture.service, org);
  await alerts.rule('failed', { name: 'A sync failed' });
  await alerts.ended('failed', { source_system: 'datev', error_message: 'The certificate has expired.' });
  await alerts.evaluate();
  const here = `/o/${org}`;
  const item = (external_id: string | number) =>
    `${here}/items?${new URLSearchParams({ entity_type: 'customer', external_id: String(external_id), connection_id: shopId })}`;
  return {
    overview: `${here}/overview`,
    syncs: `${here}/syncs`,
    'active syncs': `${here}/syncs?active=true`,
    'failed syncs': `${here}/syncs?failed=true`,
    conflicts: `${here}/conflicts`,
    'failing items': `${here}/conflicts?kind=failure`,
    'silent syncs': `${here}/live?state=silent`,
    live: `${here}/live`,
    'a sync of a reporter': `${here}/syncs/${encodeURIComponent('running/1 %')}`,
    'a sync of the service': `${here}/syncs/${applied.sync_id}`,
    'a comparison': `${here}/syncs/${compared.sync_id}`,
    'a sync that waits': `${here}/syncs/${TO_APPROVE}`,
    'no sync': `${here}/activity?sync_id=none`,
    alerts: `${here}/alerts`,
    activity: `${here}/activity?days=30`,
    failures: `${here}/activity?tab=failures&days=30`,
    trends: `${here}/trends`,
    previews: `${here}/previews`,
    'guarded previews': `${here}/previews?guard=true`,
    'a preview': `${here}/previews/${guarded.cache_key}?kind=update`,
    connections: `${here}/connections`,
    'a connection': `${here}/connections/${odooId}`,
    'a shop': `${here}/connections/${shopId}`,
    'a new connection': `${here}/connections/new?system=woocommerce`,
    'what would match': `${here}/matches?connection_id=${odooId}`,
    'an item': item(people[0]?.id ?? 0),
    'an item in conflict': item(ada.id),
    settings: `${here}/settings`,
    erasures: `${here}/settings/erasures`,
    'an address that leads nowhere': `${here}/nowhere`,
  };
}

async function waitingForApproval(fixture: RunsFixture, org: string, from: string, to: string): Promise<void> {
  const run = (text: string, values: unknown[]) => sql(fixture.service.database.superuserUrl, text, values);
  await run(
    `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, waiting_reason, initiated_by)
     VALUES ($1, $2, 'customer', 'woocommerce', 'queued', 'It deletes 80, more than 50.', 'ann')`,
    [org, TO_APPROVE],
  );
  await run(
    `INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, requested_by,
       approval, approval_until) VALUES ($1, $2, 'sync', $3, $4, 'customer', 'full', 'ann', 'wanted', now() + interval '1 day')`,
    [org, TO_APPROVE, from, to],
  );
}
