import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { ActivityModule } from '../activity/activity.module.ts';
import { noSuchConnection } from '../connectors/connections/connection.service.ts';
import type { WebhookRefusal } from '../connectors/connections/webhook.refusals.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { AddressBuckets } from '../rates/address.buckets.ts';
import { RunsModule } from '../runs/runs.module.ts';
import { RegistrationClock } from './registration/registration.clock.ts';
import { RegistrationRemoval } from './registration/registration.removal.ts';
import { WebhookRegistration } from './registration/webhook.registration.ts';
import { WebhookReconciliation } from './webhook.reconciliation.ts';
import { WebhookService } from './webhook.service.ts';
import { WebhookRefusalCounter } from './webhook-refusal.counter.ts';
import { WEBHOOK_ROUTE, WebhooksController } from './webhooks.controller.ts';

/** Compares the changes that runs found with the received webhooks, looks after those that are registered, and deletes old deliveries. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule],
  providers: [
    WebhookReconciliation,
    WebhookRegistration,
    RegistrationClock,
    RegistrationRemoval,
    maintenance('old-webhooks', () => ({
      everySeconds: 86_400,
      statement: { text: 'SELECT app.cleanup_webhook_deliveries(1000) AS changed' },
    })),
  ],
})
export class WebhooksModule {}

const REFUSED_BODIES: Readonly<Record<number, WebhookRefusal>> = { 413: 'too_large', 415: 'media_type' };

/** The endpoint that receives webhooks. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule],
  controllers: [WebhooksController],
  providers: [WebhookService, WebhookRefusalCounter],
})
export class WebhooksApiModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly webhooks: WebhookService,
    private readonly addresses: AddressBuckets,
  ) {}

  /** A sender needs no credentials but the signature of its body, so a body for an unknown connection is not even read. */
  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance();
    // Bodies that are refused while they are read never reach the service.
    fastify.addHook('onSend', async ({ routeOptions, params }, { statusCode }) => {
      const refusal = routeOptions.url === WEBHOOK_ROUTE ? REFUSED_BODIES[statusCode] : undefined;
      if (refusal) await this.webhooks.refused((params as { connection: string }).connection, refusal);
    });
    fastify.addHook('onRequest', async ({ routeOptions, params, ip }) => {
      if (routeOptions.url !== WEBHOOK_ROUTE) return;
      await this.addresses.refuseWhenEmpty(ip);
      if (await this.webhooks.isKnown((params as { connection: string }).connection)) return;
      await this.addresses.take(ip);
      throw noSuchConnection();
    });
  }
}
