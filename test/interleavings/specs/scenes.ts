import { randomUUID } from 'node:crypto';
import type { RunTables } from '../../runs/run-tables.support.ts';
import type { Scene } from '../interleaving.spec.ts';

type SetUp = (tables: RunTables, org: string) => Promise<Omit<Scene, 'org'>>;

const NO_RUN = { epoch: 0, connection: '' };

/** A sync of ten items that somebody reports. */
export const reported: SetUp = async (tables, org) => {
  await tables.query(
    org,
    `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system, total_items, processed_count)
     VALUES ($1, 'sync', 'customer', 'fake', 10, 1)`,
    [org],
  );
  return { sync: 'sync', ...NO_RUN };
};

/** A run that a worker holds. */
export const held: SetUp = async (tables, org) => {
  const connection = randomUUID();
  return { ...(await tables.held(org, { sync_id: 'sync', source_connection_id: connection })), connection };
};

/** A run whose worker was not heard of in time. */
export const expired: SetUp = async (tables, org) => {
  const scene = await held(tables, org);
  await tables.query(org, `UPDATE public.sync_runs SET leased_until = now() - interval '1 second' WHERE sync_id = $1`, [
    scene.sync,
  ]);
  return scene;
};

/** A run that was paused on request. */
export const paused: SetUp = async (tables, org) => {
  const scene = await held(tables, org);
  await tables.query(org, 'UPDATE public.sync_progress SET pause_requested = true WHERE sync_id = $1', [scene.sync]);
  await tables.commit(org, scene, {});
  return scene;
};

/** Two runs that wait for one slot; the scene's sync is the older one. */
export const twoWaiting: SetUp = async (tables, org) => {
  const connection = randomUUID();
  const sync = await tables.insert(org, { sync_id: 'older', source_connection_id: connection });
  await tables.insert(org, { sync_id: 'younger', source_connection_id: connection });
  return { sync, epoch: 0, connection };
};

/** A run that has its slots, and no worker yet. */
export const queued: SetUp = async (tables, org) => {
  const connection = randomUUID();
  const sync = await tables.insert(org, { sync_id: 'sync', source_connection_id: connection });
  await tables.dispatch(org);
  return { sync, epoch: 0, connection };
};

/** A run that a worker holds while another has its slot, as when its system has just become known. */
export const heldWithoutSlot: SetUp = async (tables, org) => {
  const scene = await held(tables, org);
  const other = await tables.insert(org, { sync_id: 'other', source_connection_id: randomUUID() });
  await tables.dispatch(org);
  await tables.query(org, 'UPDATE public.sync_slots SET sync_id = $2 WHERE sync_id = $1', [scene.sync, other]);
  return scene;
};

/** A run that waits for a second person, who did not approve it in time. */
export const unapproved: SetUp = async (tables, org) => {
  const connection = randomUUID();
  const sync = await tables.insert(org, { sync_id: 'sync', source_connection_id: connection });
  await tables.query(
    org,
    `UPDATE public.sync_runs SET approval = 'wanted', approval_until = now() - interval '1 second' WHERE sync_id = $1`,
    [sync],
  );
  return { sync, epoch: 0, connection };
};
