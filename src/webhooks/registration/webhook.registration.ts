import { Inject, Injectable } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ConnectionService } from '../../connectors/connections/connection.service.ts';
import type { ConnectionRow, RegisteredWebhooks } from '../../connectors/connections/connection.types.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import type { WebhookRegistrar } from '../../connectors/contract/webhook.types.ts';
import { RunStarter } from '../../runs/run.starter.ts';
import { currentTenant, currentUser } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { compareWebhooks, registeredTopics } from './registration.comparison.ts';
import { type ClaimedCheck, claimCheck, storeGaps, storeState } from './registration.sql.ts';

const EVERY_SECONDS = 15 * 60;
/** A shop that disables its webhooks again and again, or does not answer, is asked less and less often, but once a day. */
const LONGEST_SECONDS = 24 * 3_600;
/** A switch to `manual` is carried out for as many looks, which are days. */
const MOST_REMOVALS = 10;
const MESSAGE_LENGTH = 500;

const NOTHING: RegisteredWebhooks = {
  ...{ topics: [], checked_at: null, error: null, failures: 0, secret_version: null, gaps: [] },
};

/** Looks after the webhooks that the service registers in the system of a connection. */
@Injectable()
export class WebhookRegistration {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly starter: RunStarter,
    private readonly activity: ActivityService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** One look, by one process, when it is due. Whatever the system does is stored and not thrown. No transaction is open during its calls. */
  async check(connectionId: string, signal: AbortSignal): Promise<void> {
    const { orgId } = currentTenant();
    const [claimed] = await this.database.query<ClaimedCheck>(claimCheck(orgId, connectionId));
    if (!claimed) return;
    const connection = await this.connections.get(connectionId);
    try {
      if (connection.settings.webhooks === 'managed') await this.register(connection, claimed, signal);
      else await this.unregister(connection, claimed, signal);
    } catch (error) {
      const isLate = signal.aborted && signal.reason?.name === 'TimeoutError';
      // A service that stops leaves the look to another process.
      if (signal.aborted && !isLate) throw error;
      if (!(error instanceof ConnectorError) && !(error instanceof Problem)) throw error;
      const why = error instanceof ConnectorError ? error.quoting : error.message;
      await this.failed(connectionId, claimed, isLate ? 'The system did not respond in time.' : why);
    }
  }

  /** Removes them from the system. Returns their number. */
  async remove({ id }: Pick<ConnectionRow, 'id'>, signal: AbortSignal): Promise<number> {
    const registrar = await this.registrarOf(id);
    const found = await registrar.find(pathOf(id), signal);
    await registrar.remove(found, signal);
    return found.length;
  }

  private async register(connection: ConnectionRow, claimed: ClaimedCheck, signal: AbortSignal): Promise<void> {
    const { orgId } = currentTenant();
    const { id } = connection;
    const target = { url: `${this.publicUrl()}${pathOf(id)}` };
    const registrar = await this.registrarOf(id);
    const { secret, secretVersion } = await this.connections.openWebhook(id);
    const known = connection.webhooks_state;
    const webhooks = await registrar.find(pathOf(id), signal);
    const compared = compareWebhooks(registrar.topics, webhooks, known);
    const gaps = [...new Set([...(known?.gaps ?? []), ...compared.gaps])];
    // Kept before anything is switched on, since the next look finds nothing wrong any more.
    if (compared.gaps.length > 0) await this.database.query(storeGaps(orgId, id, { ...NOTHING, ...known, gaps }));
    const renewsSecret = known?.secret_version !== secretVersion;
    await registrar.register(webhooks, { ...target, secret, renewsSecret }, signal);

    const failures = compared.lost.length > 0 ? (known?.failures ?? 0) + 1 : 0;
    await this.database.transaction(async (transaction) => {
      const { fetched, problem } = await this.fetchGaps(connection, gaps);
      if (compared.added.length > 0) await this.tell(connection, 'webhooks_registered', { topics: compared.added });
      if (compared.lost.length > 0 || fetched.size > 0)
        await this.tell(connection, 'webhooks_switched_on', {
          topics: compared.lost,
          fetched: Object.fromEntries(fetched),
        });
      const state: RegisteredWebhooks = {
        topics: registeredTopics(compared, known, claimed.at),
        checked_at: claimed.at,
        error: problem,
        failures,
        secret_version: secretVersion,
        gaps: gaps.filter((entity) => !fetched.has(entity)),
      };
      await transaction.query(storeState(orgId, id, claimed, state, nextAfter(failures)));
    });
  }

  /**
   * Starts an incremental sync of each entity type, which reads what changed since the last one and so what nobody told. Returns their
   * sync_ids, and why one cannot start, which is tried again with the next look.
   */
  private async fetchGaps(connection: ConnectionRow, gaps: readonly EntityType[]) {
    let problem: string | null = null;
    const fetched = new Map<EntityType, string>();
    const { webhook_destination: named } = connection.settings;
    for (const entity_type of gaps) {
      try {
        const syncId = await this.starter.start({
          kind: 'sync',
          source_connection_id: connection.id,
          destination_connection_id: typeof named === 'string' && named !== 'records' ? named : null,
          entity_type,
          mode: 'incremental',
          trigger: 'webhook',
          requested_by: currentUser(),
        });
        fetched.set(entity_type, syncId);
      } catch (error) {
        // The starter throws a Problem before it writes anything, so the transaction can continue.
        if (!(error instanceof Problem)) throw error;
        problem = `What changed meanwhile could not be fetched. ${error.message}`;
      }
    }
    return { fetched, problem };
  }

  private async unregister(connection: ConnectionRow, claimed: ClaimedCheck, signal: AbortSignal): Promise<void> {
    const removed = await this.remove(connection, signal);
    await this.database.transaction(async (transaction) => {
      await this.tell(connection, 'webhooks_removed', { removed });
      await transaction.query(storeState(currentTenant().orgId, connection.id, claimed, null, null));
    });
  }

  /** The trail has an entry when it begins to fail, and not for each look. */
  private async failed(connectionId: string, claimed: ClaimedCheck, text: string): Promise<void> {
    const { orgId } = currentTenant();
    const message = text.slice(0, MESSAGE_LENGTH).toWellFormed();
    const connection = await this.connections.get(connectionId);
    const known = { ...NOTHING, ...connection.webhooks_state };
    const failures = known.failures + 1;
    const givesUp = connection.settings.webhooks !== 'managed' && failures > MOST_REMOVALS;
    await this.database.transaction(async (transaction) => {
      if (known.error === null || givesUp)
        await this.activity.append({
          ...{ activity_type: 'webhooks_failed', status: 'failed', source_system: connection.system },
          error_message: message,
          details: { connection_id: connectionId, name: connection.name, ...(givesUp && { left_in_system: true }) },
        });
      const state = givesUp ? null : { ...known, error: message, failures };
      await transaction.query(storeState(orgId, connectionId, claimed, state, givesUp ? null : nextAfter(failures)));
    });
  }

  private tell({ id, name, system }: ConnectionRow, activity_type: string, details: Record<string, unknown>) {
    return this.activity.append({
      ...{ activity_type, status: 'completed', source_system: system },
      details: { connection_id: id, name, ...details },
    });
  }

  private async registrarOf(connectionId: string): Promise<WebhookRegistrar> {
    const { session, connection } = await this.connections.open(connectionId);
    if (session.webhooks) return session.webhooks;
    throw new Problem('conflict', `The service cannot register webhooks in ${connection.system}.`);
  }

  private publicUrl(): string {
    const { SYNC_PUBLIC_URL: url } = this.environment;
    if (url !== undefined) return url;
    throw new Problem('conflict', 'The service has no public address any more: SYNC_PUBLIC_URL is not set.');
  }
}

const pathOf = (connectionId: string): string => `/api/sync/hooks/${connectionId}`;

const nextAfter = (failures: number): number => Math.min(EVERY_SECONDS * 2 ** Math.min(failures, 20), LONGEST_SECONDS);
