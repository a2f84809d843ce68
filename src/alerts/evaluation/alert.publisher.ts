import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import {
  type AlertMessage,
  insertAlerts,
  type OpenAlert,
  publishMessages,
  resolveAlerts,
  takeReminders,
} from '../alert.sql.ts';
import type { AlertEvent, AlertRow, RuleRow } from '../alert.types.ts';
import { type AlertBook, keyOf } from './alert.book.ts';

/** Stores changes of state and tells them, in the transaction of the evaluation: one message each. */
@Injectable()
export class AlertPublisher {
  constructor(
    private readonly database: TenantDatabase,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  /** Returns how many were told. */
  async store({ rounds }: AlertBook, rules: readonly RuleRow[]): Promise<number> {
    const { orgId } = currentTenant();
    const opened = new Map<string, string>();
    let told = 0;
    for (const round of rounds) {
      const opens = round.flatMap((change) => ('opens' in change ? [change.opens] : []));
      const ends = round.flatMap((change) => {
        if ('opens' in change) return [];
        const id = change.id ?? opened.get(change.key);
        return id === undefined ? [] : [{ id, resolution: change.resolves }];
      });
      if (ends.length > 0) {
        const rows = await this.database.query<OpenAlert>(resolveAlerts(orgId, ends));
        told += await this.tell('alert.resolved', rows, rules);
      }
      if (opens.length > 0) {
        const rows = await this.database.query<OpenAlert>(insertAlerts(orgId, opens));
        for (const { rule_id, subject, id } of rows) opened.set(keyOf(rule_id, subject), id);
        told += await this.tell('alert.opened', rows, rules);
      }
    }
    return told;
  }

  /** Tells what is still open. */
  async remind(rules: readonly RuleRow[]): Promise<number> {
    const { orgId } = currentTenant();
    return this.tell('alert.still_open', await this.database.query<OpenAlert>(takeReminders(orgId)), rules);
  }

  /** Tells what a person resolved. */
  resolved(alerts: readonly OpenAlert[], rules: readonly RuleRow[]): Promise<number> {
    return this.tell('alert.resolved', alerts, rules);
  }

  private async tell(event: AlertEvent, alerts: readonly OpenAlert[], rules: readonly RuleRow[]): Promise<number> {
    const { orgId } = currentTenant();
    const messages = alerts
      .filter(({ told }) => told)
      .map(
        (alert): AlertMessage => ({
          event,
          data: alertMessage(orgId, alert, this.env.SYNC_PUBLIC_URL),
          endpoint_ids: rules.find(({ id }) => id === alert.rule_id)?.endpoint_ids ?? [],
        }),
      );
    if (messages.length > 0) await this.database.query(publishMessages(orgId, messages));
    return messages.length;
  }
}

/** What a message about an alert holds. Without the public address of the service there are no links. */
function alertMessage(orgId: string, alert: AlertRow, publicUrl: string | undefined): Record<string, unknown> {
  const { id, rule_id, rule_name, kind, summary, opened_at, resolved_at, resolution } = alert;
  const { connection_id, entity_type, source_system, sync_id } = alert;
  const page = publicUrl && `${publicUrl}/o/${encodeURIComponent(orgId)}`;
  return {
    ...{ alert_id: id, rule_id, rule_name, kind, state: resolved_at === null ? 'open' : 'resolved', summary },
    ...{ connection_id, entity_type, source_system, sync_id, opened_at, resolved_at, resolution },
    url: page ? `${page}/alerts?alert=${id}` : null,
    sync_url: page && sync_id !== null ? `${page}/syncs/${encodeURIComponent(sync_id)}` : null,
  };
}
