import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { RunsModule } from '../runs/runs.module.ts';
import { WebhookReconciliation } from './webhook.reconciliation.ts';
import { WebhookService } from './webhook.service.ts';
import { WebhooksController } from './webhooks.controller.ts';

/** Compares what runs read with the webhooks that came. */
@Module({
  imports: [RunsModule, ActivityModule],
  providers: [WebhookReconciliation],
})
export class WebhooksModule {}

/** The address that systems send webhooks to. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule],
  controllers: [WebhooksController],
  providers: [WebhookService],
})
export class WebhooksApiModule {}
