import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { RunsModule } from '../runs/runs.module.ts';
import { WebhookReconciliation } from './webhook.reconciliation.ts';
import { WebhookService } from './webhook.service.ts';
import { WebhooksController } from './webhooks.controller.ts';

/** Compares the changes that runs found with the received webhooks, and deletes old deliveries. */
@Module({
  imports: [RunsModule, ActivityModule],
  providers: [
    WebhookReconciliation,
    maintenance('old-webhooks', () => ({
      everySeconds: 86_400,
      statement: { text: 'SELECT app.cleanup_webhook_deliveries(1000) AS changed' },
    })),
  ],
})
export class WebhooksModule {}

/** The endpoint that receives webhooks. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule],
  controllers: [WebhooksController],
  providers: [WebhookService],
})
export class WebhooksApiModule {}
