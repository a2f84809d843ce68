import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import { DEFAULT_SETTINGS, findSettings, type OrganizationSettings } from '../../members/settings.sql.ts';
import { ChangeLimit } from '../../planning/change.limit.ts';
import { type BudgetState, DeletionBudget } from '../../planning/deletion.guard.ts';
import { countBindings, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { isSample, type Run, type RunCheckpoint, writesNothing } from '../run.types.ts';
import { countDeletedEarlier, countItemsOf, countRecords } from '../source/source.sql.ts';
import type { RunLease } from './run.lease.ts';

/**
 * The deletes that a run may make where it writes, of what has arrived there: the entries that are bound, or the records. Counted once,
 * when the run begins, since its creates make more of them. The deletes of a time count together. Every kind of run has the same limits
 * and the same counts, so that a preview says what the run would meet; they differ in what a refusal does.
 */
export async function budgetOf(
  database: TenantDatabase,
  { run, progress }: RunLease,
  pair: Pair | null,
  { connection }: OpenedConnection,
  settings: OrganizationSettings,
): Promise<DeletionBudget> {
  const { delete_guard_percent: percent, delete_guard_count: count, delete_guard_hours: hours } = connection.settings;
  const limits = {
    percent: Number(percent ?? 15),
    count: typeof count === 'number' ? count : null,
    // A second person approves a preview: what no preview has shown nobody can.
    onePerson: settings.approval_deletes,
  };
  const arrived = (progress.checkpoint as RunCheckpoint | null)?.arrived ?? (await countArrived(database, run, pair));
  const [recent] = await database.query<{ count: number }>(countDeletedEarlier(run, Number(hours ?? 24)));
  return new DeletionBudget(limits, {
    onRefusal: onRefusal(run),
    arrived,
    done: run.counts.deleted ?? run.counts.missing_at_source ?? 0,
    earlier: recent?.count ?? 0,
    alwaysAllowed: run.kind === 'webhook' || run.kind === 'retry' ? 1 : 0,
  });
}

function onRefusal(run: Run): BudgetState['onRefusal'] {
  if (writesNothing(run)) return 'note';
  if (run.override_reason !== null) return 'ignore';
  return run.kind === 'apply' ? 'stop at the guard' : 'stop';
}

/**
 * What the run may write to a system before a second person has approved it. Of what a preview has shown, that person was asked before; any other
 * run stops when it comes to more, and goes on where it stopped.
 */
export function changeLimitOf(run: Run, settings: OrganizationSettings): ChangeLimit {
  const { approval_changes: changes, approval_hours: hours } = settings;
  const { created = 0, updated = 0, deleted = 0 } = run.counts;
  const isApproved = run.approval === 'approved';
  return new ChangeLimit({ changes: isApproved ? null : changes, hours, done: created + updated + deleted });
}

export async function settingsOf(database: TenantDatabase, { org_id }: Run): Promise<OrganizationSettings> {
  const [settings] = await database.query<OrganizationSettings>(findSettings(org_id));
  return settings ?? DEFAULT_SETTINGS;
}

/** A sample asks the sync that it follows, since it looks at few of what is bound. */
async function countArrived(database: TenantDatabase, run: Run, pair: Pair | null): Promise<number> {
  const { org_id, source_connection_id, entity_type, of_sync_id } = run;
  const all = pair ? countBindings(pair) : countRecords(org_id, source_connection_id, entity_type);
  const [row] = await database.query<{ count: number }>(isSample(run) ? countItemsOf(org_id, of_sync_id ?? '') : all);
  return row?.count ?? 0;
}
