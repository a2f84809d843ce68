import pg from 'pg';
import type { SyncStatus } from '../../src/common/sync-status.ts';
import { type TestService, token } from '../support/test-service.ts';
import type { SyncModel } from './sync-status.model.ts';
import type { Result, SyncEvent } from './sync-status.table.ts';

/** A sync as an administrator sees it. */
export interface ObservedSync {
  readonly status: SyncStatus;
  readonly has_ended: boolean;
  readonly processed_count: number;
  readonly failed_count: number;
  readonly cancel_requested: boolean;
  readonly pause_requested: boolean;
  /** Activity types, sorted. */
  readonly trail: readonly string[];
}

const ORG = 'org-model';
const CONTENT = { entity_type: 'customer', source_system: 'woocommerce' };

/** What all sequences share: a user's token, a connection as `sync_app`, and one that bypasses every policy. */
export class SyncDrivers {
  private readonly service: TestService;
  private readonly app: pg.Pool;
  private readonly admin: pg.Pool;
  private readonly bearer: string;
  private number = 0;

  private constructor(service: TestService, bearer: string) {
    this.service = service;
    this.bearer = bearer;
    this.app = new pg.Pool({
      connectionString: service.database.sessionUrl,
      max: 4,
      onConnect: async (client) => {
        await client.query("SELECT set_config('app.current_org_id', $1, false)", [ORG]);
      },
    });
    this.admin = new pg.Pool({ connectionString: service.database.superuserUrl, max: 4 });
  }

  static async open(service: TestService): Promise<SyncDrivers> {
    return new SyncDrivers(service, await token(ORG));
  }

  /** For one sync that is not there yet. */
  driver(): SyncDriver {
    this.number += 1;
    return new SyncDriver(this.service.url, this.bearer, this.app, this.admin, `sync-${this.number}`);
  }

  async close(): Promise<void> {
    await Promise.all([this.app.end(), this.admin.end()]);
  }
}

/** Does to one sync what the events of the table say, in the ways its users have: REST, plain SQL, and maintenance. */
export class SyncDriver {
  constructor(
    private readonly url: string,
    private readonly bearer: string,
    private readonly app: pg.Pool,
    private readonly admin: pg.Pool,
    private readonly syncId: string,
  ) {}

  cause(event: SyncEvent, model: SyncModel): Promise<Result> {
    if (event.startsWith('SQL ')) return this.plainSql(event, model);
    if (event === 'silence for 15 minutes') return this.silence();
    return this.rest(event, model);
  }

  async observe(): Promise<ObservedSync | null> {
    const { rows } = await this.admin.query<ObservedSync>(
      `SELECT status, completed_at IS NOT NULL AS has_ended, processed_count, failed_count, cancel_requested, pause_requested,
              (SELECT coalesce(json_agg(activity_type ORDER BY activity_type), '[]') FROM sync_activity_log l
                WHERE l.org_id = p.org_id AND l.sync_id = p.sync_id) AS trail
         FROM sync_progress p WHERE org_id = $1 AND sync_id = $2`,
      [ORG, this.syncId],
    );
    return rows[0] ?? null;
  }

  private rest(event: SyncEvent, { processed, failed, total }: SyncModel): Promise<Result> {
    const start = (more: object) =>
      this.call('POST', '', { sync_id: this.syncId, ...CONTENT, total_items: total, ...more });
    const report = (body: object) => this.call('PATCH', `/${encodeURIComponent(this.syncId)}`, body);
    const post = (action: string, body?: object) =>
      this.call('POST', `/${encodeURIComponent(this.syncId)}/${action}`, body);
    switch (event) {
      case 'start':
        return start({});
      case 'start queued':
        return start({ status: 'queued' });
      case 'start, other content':
        return start({ entity_type: 'order' });
      case 'start, nothing to do':
        return start({ total_items: 0 });
      case 'report more':
        return report({ processed_count: processed + 1 });
      case 'report more, one failed':
        return report({ failed_count: failed + 1 });
      case 'report the same again':
        return report({ processed_count: processed, failed_count: failed });
      case 'report the total':
        return report({ processed_count: total - failed });
      case 'report the total, one failed':
        return report({ processed_count: Math.max(total - failed - 1, 0), failed_count: failed + 1 });
      case 'report above the total':
        return report({ processed_count: total - failed + 1 });
      case 'report backwards':
        return report({ processed_count: Math.max(processed - 1, 0) });
      case 'report status running':
      case 'report status paused':
      case 'report status cancelled':
        return report({ status: event.slice('report status '.length) });
      case 'fail':
        return post('fail', { error_message: 'the shop is down' });
      case 'retry failed items':
        return post('retry-failed');
      default:
        return post(event.replace('request ', ''));
    }
  }

  private async call(method: string, path: string, body?: object): Promise<Result> {
    const response = await fetch(`${this.url}/api/sync/progress${path}`, {
      method,
      headers: { authorization: `Bearer ${this.bearer}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { type } = (await response.json()) as { type?: string };
    return (response.ok ? response.status : type?.split(':').at(-1)) as Result;
  }

  private async plainSql(event: SyncEvent, { processed, failed, total }: SyncModel): Promise<Result> {
    const [key, values] = ['WHERE org_id = $1 AND sync_id = $2', [ORG, this.syncId]];
    const update = (set: string) => this.statement(`UPDATE sync_progress SET ${set} ${key}`, values);
    switch (event) {
      case 'SQL insert':
        return this.statement(
          `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, initiated_by)
           VALUES ($1, $2, '${CONTENT.entity_type}', '${CONTENT.source_system}', ${total}, 'user-1')`,
          values,
        );
      case 'SQL delete':
        return this.statement(`DELETE FROM sync_progress ${key}`, values);
      case 'SQL counts below the total':
        return update(`processed_count = ${processed + 1}`);
      case 'SQL counts at the total':
        return update(`processed_count = ${total - failed}`);
      case 'SQL counts above the total':
        return update(`processed_count = ${total - failed + 1}`);
      case 'SQL counts backwards':
        return update(`processed_count = ${Math.max(processed - 1, 0)}`);
      case 'SQL completed_at':
        return update('completed_at = now()');
      case 'SQL error_message':
        return update(`error_message = 'a remark'`);
      default:
        return update(`status = '${event.slice('SQL status '.length)}'`);
    }
  }

  private async statement(text: string, values: readonly unknown[]): Promise<Result> {
    try {
      return (await this.app.query(text, values as unknown[])).rowCount === 1 ? '1 row' : '0 rows';
    } catch (error) {
      return (error as pg.DatabaseError).code as Result;
    }
  }

  /** The clock cannot be turned, so the last word of the reporter and the operator is moved into the past. */
  private async silence(): Promise<Result> {
    await this.admin.query(
      `UPDATE sync_progress SET updated_at = now() - interval '20 minutes', requested_at = requested_at - interval '20 minutes'
        WHERE org_id = $1 AND sync_id = $2`,
      [ORG, this.syncId],
    );
    await this.app.query("SELECT app.end_silent_syncs(interval '15 minutes', 500)");
    return 'nothing';
  }
}
