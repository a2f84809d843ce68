import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { SyncStatus } from '../../src/common/sync-status.ts';
import { RemovalListeners } from '../../src/connectors/connections/connection.editor.ts';
import type { Statement } from '../../src/database/database.ts';
import { RunDispatcher } from '../../src/runs/run.dispatcher.ts';
import type { Waiting } from '../../src/runs/run.types.ts';
import { insertRun } from '../../src/runs/runs.sql.ts';
import { acquireLease, commitBatch, keepSlots, releaseLease, renewLease } from '../../src/runs/worker/lease.sql.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { TenantDatabase } from '../../src/tenancy/tenant.database.ts';
import { type TestService, token } from '../support/test-service.ts';
import type { Result, RunEvent, State } from './run-lease.table.ts';

/** A run as an administrator sees it. */
export interface ObservedRun {
  readonly state: State;
  readonly sync: SyncStatus;
  readonly lease_epoch: number;
  readonly leases_without_commit: number;
  readonly postponements: number;
  /** Whether its sync says that it waits for a limit. */
  readonly is_limited: boolean;
  readonly cancel_requested: boolean;
  readonly pause_requested: boolean;
}

const LEASE_SECONDS = 600;
const OBSERVED = `
  SELECT CASE WHEN r.state <> 'ready' THEN r.state
              WHEN r.leased_by IS NULL THEN CASE WHEN r.leased_until < now() THEN 'overdue' ELSE 'ready' END
              ELSE CASE WHEN r.leased_until < now() THEN 'expired' ELSE 'leased' END END AS state,
         p.status AS sync, r.lease_epoch::integer, r.leases_without_commit, r.postponements,
         p.rate_limited_until IS NOT NULL AS is_limited, p.cancel_requested, p.pause_requested
    FROM public.sync_runs r JOIN public.sync_progress p USING (org_id, sync_id) WHERE org_id = $1 AND sync_id = $2`;

/**
 * Does to one run what the events of the table say: the workers' SQL functions, the service's own dispatch, requests by REST. No
 * worker runs beside it. Each run has an organization of its own, so that a dispatch finds nothing else.
 */
export class RunDriver {
  private readonly syncId = `run-${randomUUID()}`;
  private readonly connectionId = randomUUID();
  private readonly orgId = `org-${randomUUID()}`;
  private bearer = '';

  private constructor(
    private readonly service: TestService,
    private readonly admin: pg.Pool,
  ) {}

  /** A run that waits for its first dispatch. */
  static async start(service: TestService, admin: pg.Pool): Promise<RunDriver> {
    const driver = new RunDriver(service, admin);
    driver.bearer = await token(driver.orgId);
    await driver.query(
      insertRun(driver.orgId, {
        sync_id: driver.syncId,
        kind: 'sync',
        source_connection_id: driver.connectionId,
        destination_connection_id: null,
        entity_type: 'customer',
        mode: 'full',
        filters: {},
        of_sync_id: null,
        override_reason: null,
        trigger: 'request',
        requested_by: 'user-1',
        source_system: 'fake',
      }),
    );
    return driver;
  }

  async observe(): Promise<ObservedRun> {
    const { rows } = await this.admin.query<ObservedRun>(OBSERVED, [this.orgId, this.syncId]);
    return rows[0] as ObservedRun;
  }

  async cause(event: RunEvent, epoch: number): Promise<Result> {
    switch (event) {
      case 'dispatch':
        return this.dispatch();
      case 'dispatch, slot taken':
        return this.withoutSlot(() => this.dispatch());
      case 'take':
        return (await this.query(acquireLease(this.orgId, this.syncId, 'worker', LEASE_SECONDS))).length > 0
          ? 'lease'
          : 'no lease';
      case 'heartbeat':
        return this.renew(epoch);
      case 'heartbeat of an old epoch':
        return this.renew(epoch - 1);
      case 'commit':
        return this.commit(epoch);
      case 'commit of an old epoch':
        return this.commit(epoch - 1);
      case 'finish':
        return this.commit(epoch, { status: 'completed' });
      case 'give up':
        return this.commit(epoch, { status: 'failed', error_message: 'the shop is down' });
      case 'release':
        return this.release(epoch, null);
      case 'postpone':
        return this.release(epoch, new Date(Date.now() + 3_600_000));
      case 'ask for approval':
        return this.askForApproval(epoch);
      case 'keep slots':
        return this.keepSlots(epoch);
      case 'keep slots, slot taken':
        return this.withoutSlot(() => this.keepSlots(epoch));
      case 'release of an old epoch':
        return this.release(epoch - 1, null);
      case 'time runs out':
        return this.administer(`UPDATE public.sync_runs SET leased_until = now() - interval '1 second'
                                 WHERE org_id = $1 AND sync_id = $2 AND leased_until IS NOT NULL`);
      case 'rescue':
        return this.lookForLostRuns();
      case 'sync ended by others':
        await this.query({
          text: `UPDATE public.sync_progress SET status = 'failed' WHERE org_id = $1 AND sync_id = $2 AND completed_at IS NULL`,
          values: [this.orgId, this.syncId],
        });
        return 'nothing';
      case 'connection removed':
        await this.work(() => this.service.app.get(RemovalListeners).notify(this.connectionId));
        return 'nothing';
      case 'silence':
        await this.administer(`UPDATE public.sync_progress SET updated_at = now() - interval '1 hour',
                                 requested_at = requested_at - interval '1 hour' WHERE org_id = $1 AND sync_id = $2`);
        return this.administer(`SELECT app.end_silent_syncs(interval '15 minutes', 500) WHERE $1 || $2 <> ''`);
      default:
        return this.request(event.slice('request '.length));
    }
  }

  private work<T>(work: () => Promise<T>): Promise<T> {
    return runAsWorker(this.orgId, work);
  }

  private query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.work(() => this.service.app.get(TenantDatabase).query<Row>(statement));
  }

  private async administer(text: string): Promise<Result> {
    await this.admin.query(text, [this.orgId, this.syncId]);
    return 'nothing';
  }

  private async dispatch(): Promise<Result> {
    await this.work(() => this.service.app.get(RunDispatcher).dispatch());
    return 'nothing';
  }

  /** Another active sync has the slot meanwhile. */
  private async withoutSlot(work: () => Promise<Result>): Promise<Result> {
    const slot = [this.orgId, this.connectionId];
    const { rows } = await this.admin.query(
      'DELETE FROM public.sync_slots WHERE org_id = $1 AND connection_id = $2 RETURNING *',
      slot,
    );
    await this.admin.query(
      `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, 'other', 'customer', 'fake')
       ON CONFLICT DO NOTHING`,
      [this.orgId],
    );
    await this.admin.query(`INSERT INTO public.sync_slots VALUES ($1, $2, 'customer', 'other')`, slot);
    const result = await work();
    await this.admin.query('DELETE FROM public.sync_slots WHERE org_id = $1 AND connection_id = $2', slot);
    if (rows.length > 0)
      await this.admin.query(`INSERT INTO public.sync_slots VALUES ($1, $2, 'customer', $3)`, [...slot, this.syncId]);
    return result;
  }

  private async keepSlots(epoch: number): Promise<Result> {
    const [row] = await this.query<{ kept: boolean }>(keepSlots(this.orgId, this.syncId, epoch));
    return row?.kept ? 'true' : 'false';
  }

  private async renew(epoch: number): Promise<Result> {
    const [row] = await this.query<{ outcome: Result }>(renewLease(this.orgId, this.syncId, epoch, LEASE_SECONDS, {}));
    return row?.outcome ?? 'nothing';
  }

  private async commit(
    epoch: number,
    final?: { status: 'completed' | 'failed'; error_message?: string },
  ): Promise<Result> {
    const batch = { items: [{ external_id: randomUUID(), outcome: 'processed' as const }], ...(final && { final }) };
    const [row] = await this.query<{ outcome: Result }>(
      commitBatch(this.orgId, this.syncId, epoch, LEASE_SECONDS, batch),
    );
    return row?.outcome ?? 'nothing';
  }

  /** And a second person approves it: nobody else's event would lead it on. */
  private async askForApproval(epoch: number): Promise<Result> {
    const result = await this.release(epoch, null, { approval_hours: 1 });
    await this.administer(`UPDATE public.sync_runs SET approval = 'approved'
                            WHERE org_id = $1 AND sync_id = $2 AND approval = 'wanted'`);
    return result;
  }

  private async release(epoch: number, until: Date | null, waiting: Waiting = {}): Promise<Result> {
    const [row] = await this.query<{ released: boolean }>(
      releaseLease(this.orgId, this.syncId, epoch, until, until ? { limited_until: until.toISOString() } : waiting),
    );
    return row?.released ? 'true' : 'false';
  }

  private async lookForLostRuns(): Promise<Result> {
    const found = await this.query<{ sync_id: string }>({ text: 'SELECT * FROM app.runs_without_worker(100000)' });
    return found.some(({ sync_id }) => sync_id === this.syncId) ? 'found' : 'not found';
  }

  private async request(action: string): Promise<Result> {
    const response = await fetch(`${this.service.url}/api/sync/progress/${this.syncId}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.bearer}` },
    });
    const { type } = (await response.json()) as { type?: string };
    return (response.ok ? response.status : type?.split(':').at(-1)) as Result;
  }
}
