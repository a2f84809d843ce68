import { randomUUID } from 'node:crypto';
import type { ProgressDto } from '../../src/progress/dto/progress.dto.ts';
import type { Batch, LeaseOutcome, Run } from '../../src/runs/run.types.ts';
import { insertRun, type NewRun } from '../../src/runs/runs.sql.ts';
import { acquireLease, commitBatch, releaseLease, renewLease } from '../../src/runs/worker/lease.sql.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { sql } from '../support/test-database.ts';
import { startTenants, type TenantHarness } from '../tenancy/tenant.support.ts';

/** Long enough for a test to be over before. */
const LEASE_SECONDS = 60;
/** A lease that has run out when it is given. */
export const RUN_OUT = -1;

/** The SQL functions of runs, called as the service's role with an organization set, and no service around them. */
export class RunTables {
  readonly harness: TenantHarness;

  private constructor(harness: TenantHarness) {
    this.harness = harness;
  }

  static async start(): Promise<RunTables> {
    return new RunTables(await startTenants(6));
  }

  close(): Promise<void> {
    return this.harness.close();
  }

  query<Row extends object>(org: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.harness.as(org, (tenants) => tenants.query<Row>({ text, values }));
  }

  /** Past every policy, as an administrator. */
  admin<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return sql<Row>(this.harness.database.superuserUrl, text, values);
  }

  async insert(org: string, run: Partial<NewRun> = {}): Promise<string> {
    const whole: NewRun = {
      sync_id: randomUUID(),
      kind: 'sync',
      source_connection_id: randomUUID(),
      destination_connection_id: null,
      entity_type: 'customer',
      mode: 'full',
      filters: {},
      of_sync_id: null,
      override_reason: null,
      trigger: 'request',
      requested_by: 'u',
      source_system: 'fake',
      ...run,
    };
    await this.harness.as(org, (tenants) => tenants.query(insertRun(org, whole)));
    return whole.sync_id;
  }

  async dispatch(org: string): Promise<string[]> {
    const rows = await this.query<{ sync_id: string }>(org, 'SELECT sync_id FROM app.dispatch_runs($1)', [org]);
    return rows.map(({ sync_id }) => sync_id);
  }

  async take(org: string, sync: string, seconds = LEASE_SECONDS, worker = 'w'): Promise<Run | undefined> {
    const rows = await this.harness.as(org, (tenants) =>
      tenants.query<{ run: Run }>(acquireLease(org, sync, worker, seconds)),
    );
    return rows[0]?.run;
  }

  async renew(org: string, sync: string, epoch: number): Promise<string | undefined> {
    const rows = await this.harness.as(org, (tenants) =>
      tenants.query<{ outcome: string }>(renewLease(org, sync, epoch, LEASE_SECONDS, {})),
    );
    return rows[0]?.outcome;
  }

  async release(org: string, sync: string, epoch: number, until: Date | null = null): Promise<boolean | undefined> {
    const rows = await this.harness.as(org, (tenants) =>
      tenants.query<{ released: boolean }>(
        releaseLease(org, sync, epoch, until, until ? { limited_until: until.toISOString() } : {}),
      ),
    );
    return rows[0]?.released;
  }

  /** A run that somebody holds, with its epoch. */
  async held(org: string, run: Partial<NewRun> = {}): Promise<{ sync: string; epoch: number }> {
    const sync = await this.insert(org, run);
    await this.dispatch(org);
    const taken = await this.take(org, sync);
    if (!taken) throw new Error('it could not be taken');
    return { sync, epoch: taken.lease_epoch };
  }

  /** As a worker does it, whose patience with a lock is not that of a request. */
  async commit(org: string, { sync, epoch }: { sync: string; epoch: number }, batch: Batch): Promise<LeaseOutcome> {
    const [row] = await this.harness.as(org, (tenants) =>
      runAsWorker(org, () =>
        tenants.query<{ outcome: LeaseOutcome }>(commitBatch(org, sync, epoch, LEASE_SECONDS, batch)),
      ),
    );
    if (!row) throw new Error('a batch has a result');
    return row.outcome;
  }

  async progress(org: string, sync: string): Promise<ProgressDto> {
    return this.one(
      org,
      'SELECT row_to_json(p) AS row FROM public.sync_progress p WHERE org_id = $1 AND sync_id = $2',
      sync,
    );
  }

  async run(org: string, sync: string): Promise<Run & { leased_by: string | null }> {
    return this.one(
      org,
      'SELECT row_to_json(r) AS row FROM public.sync_runs r WHERE org_id = $1 AND sync_id = $2',
      sync,
    );
  }

  private async one<T>(org: string, text: string, sync: string): Promise<T> {
    const [found] = await this.query<{ row: T }>(org, text, [org, sync]);
    if (!found) throw new Error(`there is no ${sync}`);
    return found.row;
  }

  /** The failed and skipped items of a run, in the order of their ids. */
  items(org: string, sync: string) {
    return this.query<{ external_id: string; outcome: string; error_class: string; attempts: number }>(
      org,
      `SELECT external_id, outcome, error_class, attempts FROM public.sync_items WHERE org_id = $1 AND sync_id = $2 ORDER BY 1`,
      [org, sync],
    );
  }

  records(org: string, connection: string) {
    return this.query<{ external_id: string; content_hash: string; change_seq: number; deleted: boolean }>(
      org,
      `SELECT external_id, content_hash, change_seq, deleted_at IS NOT NULL AS deleted
         FROM public.sync_records WHERE org_id = $1 AND connection_id = $2 ORDER BY 1`,
      [org, connection],
    );
  }

  async bindings(org: string): Promise<string[]> {
    const rows = await this.query<{ pair: string }>(
      org,
      `SELECT id_a || '=' || id_b AS pair FROM public.sync_bindings WHERE org_id = $1 ORDER BY 1`,
      [org],
    );
    return rows.map(({ pair }) => pair);
  }
}
