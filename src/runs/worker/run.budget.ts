import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import { findSettings, type OrganizationSettings } from '../../members/settings.sql.ts';
import { DeletionBudget } from '../../planning/deletion.guard.ts';
import { countBindings, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type RunCheckpoint, writesNothing } from '../run.types.ts';
import { countDeleted, countRecords } from '../source/source.sql.ts';
import type { RunLease } from './run.lease.ts';

/**
 * The deletes that a run may make where it writes, of what has arrived there: the entries that are bound, or the records. Counted once,
 * when the run begins, since its creates make more of them. The guard applies to every run without an override, and to the deletes
 * of a time together; a preview or reconcile goes on and says what the guard says.
 */
export async function budgetOf(
  database: TenantDatabase,
  { run, progress }: RunLease,
  pair: Pair | null,
  { connection }: OpenedConnection,
): Promise<DeletionBudget> {
  const isGuarded = !writesNothing(run) && run.override_reason === null;
  const { delete_guard_percent: percent, delete_guard_count: count, delete_guard_hours: hours } = connection.settings;
  const most = run.kind === 'apply' || !isGuarded ? null : await deletesOfOnePerson(database, run);
  const counts = [count, most].filter((limit) => typeof limit === 'number');
  const limits = { percent: Number(percent ?? 15), count: counts.length > 0 ? Math.min(...counts) : null };
  const arrived = (progress.checkpoint as RunCheckpoint | null)?.arrived ?? (await countArrived(database, run, pair));
  const done = run.counts.deleted ?? 0;
  const [recent] = isGuarded ? await database.query<{ count: number }>(countDeleted(run, Number(hours ?? 24))) : [];
  const earlier = Math.max((recent?.count ?? 0) - done, 0);
  const alwaysAllowed = run.kind === 'webhook' || run.kind === 'retry' ? 1 : 0;
  return new DeletionBudget(limits, { isGuarded, arrived, done, earlier, alwaysAllowed });
}

/** What is deleted beyond it needs a second person, who approves a preview: what no preview has shown nobody can. */
async function deletesOfOnePerson(database: TenantDatabase, { org_id }: RunLease['run']): Promise<number | null> {
  const [settings] = await database.query<OrganizationSettings>(findSettings(org_id));
  return settings?.approval_deletes ?? null;
}

async function countArrived(database: TenantDatabase, run: RunLease['run'], pair: Pair | null): Promise<number> {
  const statement = pair ? countBindings(pair) : countRecords(run.org_id, run.source_connection_id, run.entity_type);
  const [row] = await database.query<{ count: number }>(statement);
  return row?.count ?? 0;
}
