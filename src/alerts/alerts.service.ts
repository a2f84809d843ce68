import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { decodeCursor, type Page, toPage } from '../common/cursor.ts';
import { DEFAULT_LIMIT } from '../common/list-query.dto.ts';
import { invalidMember, Problem } from '../common/problem.ts';
import type { Statement } from '../database/database.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { acknowledgeAlert, alertsPage, findAlert, muteAlert, type OpenAlert, resolveAlerts } from './alert.sql.ts';
import type { AlertRow } from './alert.types.ts';
import type { AlertDto } from './dto/alert.dto.ts';
import type { AcknowledgeAlertDto, AlertsQuery, MuteAlertDto, ResolveAlertDto } from './dto/alert-requests.dto.ts';
import { AlertPublisher } from './evaluation/alert.publisher.ts';
import { rulesOf } from './rule.sql.ts';

const LONGEST_MS = 90 * 86_400_000;

/** Shows the alerts of a tenant, and keeps what people say of them. */
@Injectable()
export class AlertsService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
    private readonly publisher: AlertPublisher,
  ) {}

  async list(query: AlertsQuery): Promise<Page<AlertDto>> {
    const { limit = DEFAULT_LIMIT, cursor, state = null, rule_id = null, connection_id = null } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const filter = { state, rule_id, connection_id };
    const rows = await this.database.read<AlertRow>(alertsPage(currentTenant().orgId, filter, after, limit + 1));
    return toPage(rows.map(shown), limit, ({ opened_at, id }) => ({ at: opened_at, id }));
  }

  async get(id: string): Promise<AlertDto> {
    const [row] = await this.database.read<AlertRow>(findAlert(currentTenant().orgId, id));
    if (!row) throw noSuchAlert();
    return shown(row);
  }

  acknowledge(id: string, { reason, until }: AcknowledgeAlertDto): Promise<AlertDto> {
    const end = until === undefined ? null : checkedEnd(until);
    const statement = (orgId: string) => acknowledgeAlert(orgId, id, currentUser(), reason, end);
    return this.change(id, 'alert_acknowledged', { reason, until: end }, statement).then(shown);
  }

  mute(id: string, { reason, until }: MuteAlertDto): Promise<AlertDto> {
    const mute = { by: currentUser(), reason, until: checkedEnd(until) };
    return this.change(id, 'alert_muted', { reason, until: mute.until }, (orgId) => muteAlert(orgId, id, mute)).then(
      shown,
    );
  }

  unmute(id: string): Promise<AlertDto> {
    return this.change(id, 'alert_unmuted', {}, (orgId) => muteAlert(orgId, id, null)).then(shown);
  }

  /** For what resolves itself by no other sync. If the rule holds again, it opens again. */
  resolve(id: string, { reason }: ResolveAlertDto): Promise<AlertDto> {
    return this.database.transaction(async (transaction) => {
      const statement = (orgId: string) => resolveAlerts(orgId, [{ id, resolution: reason }]);
      const row = await this.change(id, 'alert_resolved', { reason }, statement);
      await this.publisher.resolved([row], await transaction.query(rulesOf(currentTenant().orgId)));
      return shown(row);
    });
  }

  private change(
    id: string,
    activity_type: string,
    said: object,
    statement: (orgId: string) => Statement,
  ): Promise<OpenAlert> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [before] = await transaction.query<AlertRow>(findAlert(orgId, id));
      if (!before) throw noSuchAlert();
      const [row] = await transaction.query<OpenAlert>(statement(orgId));
      if (!row) throw new Problem('conflict', 'The alert is resolved already.');
      const { rule_id, kind, subject, summary, sync_id, entity_type, source_system } = row;
      await this.activity.append({
        ...{ activity_type, status: 'completed' },
        ...(sync_id !== null && { sync_id }),
        ...(entity_type !== null && { entity_type }),
        ...(source_system !== null && { source_system }),
        details: { alert_id: id, rule_id, kind, subject, summary, ...said },
      });
      return row;
    });
  }
}

/** Throws invalid-request for a time that is past or far ahead. */
function checkedEnd(until: string): string {
  const ahead = Date.parse(until) - Date.now();
  if (!(ahead > 0 && ahead <= LONGEST_MS)) throw invalidMember('#/until', 'must be within the next 90 days');
  return until;
}

const shown = ({ told: _, run_kind, ...alert }: AlertRow & { told?: boolean }): AlertDto => alert;

const noSuchAlert = (): Problem => new Problem('not-found', 'There is no such alert in your organization.');
