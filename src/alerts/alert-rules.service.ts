import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { changeDetails } from '../activity/change.details.ts';
import { invalidMember, Problem } from '../common/problem.ts';
import { ConnectionService } from '../connectors/connections/connection.service.ts';
import { Quotas } from '../quotas/quotas.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { WebhookEndpointsService } from '../webhook-endpoints/webhook-endpoints.service.ts';
import type { RuleRow } from './alert.types.ts';
import type { AlertRuleDto, AlertRuleListDto } from './dto/rule.dto.ts';
import type { ChangeAlertRuleDto, CreateAlertRuleDto } from './dto/rule-requests.dto.ts';
import { checkedParameters } from './rule.parameters.ts';
import {
  deleteRule,
  findRule,
  insertRule,
  lockRule,
  type RuleMembers,
  rulesOf,
  updateRule,
  wakeEvaluation,
} from './rule.sql.ts';

const DAY = 86_400;

/** What most organizations want to know, for all of their syncs: POST /alert-rules/defaults. docs/alerts.md lists them. */
const DEFAULT_RULES: readonly CreateAlertRuleDto[] = [
  { name: 'A sync failed', kind: 'failed' },
  { name: 'A sync timed out', kind: 'timeout' },
  { name: 'More than 5 % of the items failed', kind: 'completed_with_errors', percent: 5 },
  { name: 'No successful sync for a day', kind: 'stale', seconds: 86_400 },
  { name: 'The delete guard stopped a sync', kind: 'guard_tripped' },
  { name: 'The check of a connection fails', kind: 'check_failing' },
  { name: 'A shop disabled its webhooks', kind: 'shop_webhook_disabled' },
  { name: 'A sync waits for a rate limit for an hour', kind: 'rate_limited', seconds: 3_600 },
];

/** Manages the alert rules of a tenant. */
@Injectable()
export class AlertRulesService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly endpoints: WebhookEndpointsService,
    private readonly activity: ActivityService,
    private readonly quotas: Quotas,
  ) {}

  async create(body: CreateAlertRuleDto): Promise<AlertRuleDto> {
    const members = membersOf(body);
    await this.quotas.take('alert_rules');
    return this.database.transaction(async () => {
      await this.checkReferences(members);
      return this.insert(members);
    });
  }

  /** Adds those of the recommended rules whose kind the organization has no rule for the whole of it, and returns all of its rules. */
  addDefaults(): Promise<AlertRuleListDto> {
    return this.database.transaction(async (transaction) => {
      const existing = await transaction.query<RuleRow>(rulesOf(currentTenant().orgId));
      const covered = new Set(existing.filter(isForAll).map(({ kind }) => kind));
      const missing = DEFAULT_RULES.filter(({ kind }) => !covered.has(kind));
      await this.quotas.take('alert_rules', missing.length);
      for (const rule of missing) await this.insert(membersOf(rule));
      return this.list();
    });
  }

  async list(): Promise<AlertRuleListDto> {
    return { items: await this.database.read<RuleRow>(rulesOf(currentTenant().orgId)), next_cursor: null };
  }

  async get(id: string): Promise<AlertRuleDto> {
    const [row] = await this.database.read<RuleRow>(findRule(currentTenant().orgId, id));
    if (!row) throw noSuchRule();
    return row;
  }

  change(id: string, body: ChangeAlertRuleDto): Promise<AlertRuleDto> {
    const { orgId } = currentTenant();
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    return this.database.transaction(async (transaction) => {
      const [current] = await transaction.query<RuleRow>(lockRule(orgId, id));
      if (!current) throw noSuchRule();
      // The parameters of another kind mean something else, so that it begins with none.
      const none =
        body.kind === undefined || body.kind === current.kind ? {} : { threshold: null, percent: null, seconds: null };
      const members = membersOf({ ...current, ...none, ...given });
      if (members.enabled) await this.checkReferences(members);
      const [row] = await transaction.query<RuleRow>(updateRule(orgId, id, members));
      return this.changed('alert_rule_changed', row as RuleRow, toldOf(current));
    });
  }

  /** Its alerts are resolved. */
  remove(id: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<RuleRow>(deleteRule(currentTenant().orgId, id));
      if (!row) throw noSuchRule();
      await this.changed('alert_rule_removed', row, toldOf(row), null);
    });
  }

  private async insert(members: RuleMembers): Promise<AlertRuleDto> {
    const [row] = await this.database.query<RuleRow>(insertRule(currentTenant().orgId, members, currentUser()));
    return this.changed('alert_rule_created', row as RuleRow, null);
  }

  /** Throws for a connection or an endpoint that the organization does not have. */
  private async checkReferences({ connection_id, endpoint_ids }: RuleMembers): Promise<void> {
    if (connection_id !== null) await this.connections.get(connection_id);
    if (endpoint_ids.length === 0) return;
    const known = new Set((await this.endpoints.list()).items.map(({ id }) => id));
    const index = endpoint_ids.findIndex((id) => !known.has(id));
    if (index >= 0) throw invalidMember(`#/endpoint_ids/${index}`, 'is no webhook endpoint of your organization');
  }

  /** Has the rules evaluated soon, and writes the audit entry. */
  private async changed(
    activity_type: string,
    row: RuleRow,
    before: RuleTold | null,
    after: RuleTold | null = toldOf(row),
  ): Promise<RuleRow> {
    await this.database.query(wakeEvaluation(currentTenant().orgId));
    await this.activity.append({
      ...{ activity_type, status: 'completed' },
      ...(row.entity_type !== null && { entity_type: row.entity_type }),
      details: { rule_id: row.id, name: row.name, ...changeDetails(before, after) },
    });
    return row;
  }
}

function membersOf(body: CreateAlertRuleDto): RuleMembers {
  const { name, kind, connection_id = null, entity_type = null, source_system = null, sync_id = null } = body;
  const { still_open_seconds = DAY, endpoint_ids = [], enabled = true } = body;
  return {
    ...{ name, kind, connection_id: connection_id?.toLowerCase() ?? null, entity_type, source_system, sync_id },
    ...checkedParameters(kind, body),
    ...{
      still_open_seconds,
      endpoint_ids: (endpoint_ids ?? []).map((id) => id.toLowerCase()),
      enabled: enabled ?? true,
    },
  };
}

const isForAll = (rule: RuleRow): boolean =>
  [rule.connection_id, rule.entity_type, rule.source_system, rule.sync_id].every((scope) => scope === null);

type RuleTold = Readonly<Record<string, unknown>>;

/** What an audit entry says of a rule. */
const toldOf = ({ id: _, watches_since, created_by, created_at, updated_at, ...members }: RuleRow): RuleTold => members;

const noSuchRule = (): Problem => new Problem('not-found', 'There is no such alert rule in your organization.');
