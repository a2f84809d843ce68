import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import type { Principal } from '../auth/principal.ts';
import { Problem } from '../common/problem.ts';
import { ConnectionService, noSuchConnection } from '../connectors/connections/connection.service.ts';
import type { OpenedWebhook } from '../connectors/connections/connection.types.ts';
import type { WebhookRefusal } from '../connectors/connections/webhook.refusals.ts';
import { ConnectorError } from '../connectors/contract/connector.error.ts';
import type { WebhookEvent, WebhookRequest } from '../connectors/contract/webhook.types.ts';
import { RunStarter } from '../runs/run.starter.ts';
import { currentTenant, currentUser, runAsTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { UUID, type WebhookResponseDto } from './dto/webhook.dto.ts';
import { assignDeliveries, type Change, lockDeliveries, storeDelivery } from './webhook.sql.ts';
import { WebhookRefusalCounter } from './webhook-refusal.counter.ts';

/** The principal for the processing of webhooks. */
const WEBHOOK: Omit<Principal, 'orgId'> = {
  kind: 'key',
  name: 'webhook',
  userId: null,
  scopes: ['sync:write'],
  expiresAt: null,
};

/** Receives webhooks. It calls no other system, so that the response is fast; a run reads the changed items later. */
@Injectable()
export class WebhookService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly starter: RunStarter,
    private readonly activity: ActivityService,
    private readonly refusals: WebhookRefusalCounter,
  ) {}

  /** An id that is no UUID counts as known: the validation says what is wrong with it. */
  async isKnown(connectionId: string): Promise<boolean> {
    return !UUID.test(connectionId) || (await this.connections.organizationOf(connectionId)) !== undefined;
  }

  /** Counts a webhook that was refused before it got here. */
  async refused(connectionId: string, refusal: WebhookRefusal): Promise<void> {
    const orgId = UUID.test(connectionId) ? await this.connections.organizationOf(connectionId) : undefined;
    if (orgId === undefined) return;
    const tenant = { orgId, principal: { ...WEBHOOK, orgId }, isBackground: true };
    await runAsTenant(tenant, () => this.refusals.count(connectionId, refusal));
  }

  /** Throws not-found when no such connection has webhooks, unauthenticated when the signature is wrong. */
  async receive(connectionId: string, request: WebhookRequest): Promise<WebhookResponseDto> {
    const orgId = await this.connections.organizationOf(connectionId);
    if (orgId === undefined) throw noSuchConnection();
    // As patient as background work: deliveries wait for each other, and many shops never send one again that was refused.
    return runAsTenant({ orgId, principal: { ...WEBHOOK, orgId }, isBackground: true }, async () => {
      const opened = await this.connections.openWebhook(connectionId);
      const event = await this.verify(opened, request);
      if (event.kind === 'change') return { status: await this.accept(opened, event) };
      if (event.refused_as) await this.refusals.count(connectionId, event.refused_as);
      return { status: 'ignored' };
    });
  }

  private async verify(
    { connection, receiver, secret }: OpenedWebhook,
    request: WebhookRequest,
  ): Promise<WebhookEvent> {
    try {
      return receiver.receive(request, secret);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      await this.refusals.count(connection.id, 'signature');
      throw new Problem('unauthenticated', error.message, { cause: error });
    }
  }

  private accept({ connection }: OpenedWebhook, change: Change): Promise<'accepted' | 'repeated'> {
    const { orgId } = currentTenant();
    const { webhook_destination: named } = connection.settings;
    const destination = typeof named === 'string' && named !== 'records' ? named : null;
    return this.database.transaction(async (transaction) => {
      await transaction.query(lockDeliveries(orgId, connection.id, change.entity_type));
      const [stored] = await transaction.query<{ sync_id: string | null }>(
        storeDelivery(orgId, connection.id, change, destination),
      );
      if (!stored) return 'repeated';
      const started = stored.sync_id === null ? await this.start(connection, change, destination) : null;
      if (started !== null)
        await transaction.query(assignDeliveries(orgId, connection.id, change.entity_type, started));
      return 'accepted';
    });
  }

  /**
   * Returns null when no run can be started, for example because the destination was removed. The sender gets no error in this case,
   * because it cannot correct the cause and would disable its webhook after a few failures.
   */
  private async start(
    { id, system }: OpenedWebhook['connection'],
    { entity_type, external_id }: Change,
    destination: string | null,
  ): Promise<string | null> {
    try {
      return await this.starter.start({
        kind: 'webhook',
        source_connection_id: id,
        destination_connection_id: destination,
        entity_type,
        mode: 'incremental',
        trigger: 'webhook',
        requested_by: currentUser(),
      });
    } catch (error) {
      // The starter throws a Problem before it writes anything, so the transaction can continue.
      if (!(error instanceof Problem)) throw error;
      await this.activity.append({
        ...{ activity_type: 'webhook_failed', status: 'failed', entity_type, source_system: system },
        error_message: error.message,
        details: { connection_id: id, external_id, webhook_destination: destination },
      });
      return null;
    }
  }
}
