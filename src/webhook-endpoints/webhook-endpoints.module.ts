import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { DeliveryTurn } from './delivery.turn.ts';
import { DeliveryWorker } from './delivery.worker.ts';
import { EndpointSecrets } from './endpoint.secrets.ts';
import { EndpointSecretInterceptor } from './endpoint-secret.interceptor.ts';
import { MailSender } from './mail.sender.ts';
import { MessageSender } from './message.sender.ts';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.ts';
import { WebhookDeliveriesService } from './webhook-deliveries.service.ts';
import { WebhookEndpointsController } from './webhook-endpoints.controller.ts';
import { WebhookEndpointsService } from './webhook-endpoints.service.ts';

/** Sends events to the receivers that organizations name, and deletes old deliveries. */
@Module({
  imports: [ConnectorsModule, ActivityModule],
  providers: [
    DeliveryWorker,
    DeliveryTurn,
    MessageSender,
    MailSender,
    EndpointSecrets,
    maintenance('old-webhook-deliveries', () => ({
      everySeconds: 3_600,
      statement: { text: 'SELECT app.cleanup_outbound_deliveries(1000) AS changed' },
    })),
  ],
})
export class WebhookEndpointsModule {}

/** The API of the receivers and of what was sent to them. */
@Module({
  imports: [ConnectorsModule, ActivityModule],
  controllers: [WebhookEndpointsController, WebhookDeliveriesController],
  providers: [WebhookEndpointsService, WebhookDeliveriesService, EndpointSecrets, EndpointSecretInterceptor],
  exports: [WebhookEndpointsService],
})
export class WebhookEndpointsApiModule {}
