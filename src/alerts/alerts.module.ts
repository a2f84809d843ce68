import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { WebhookEndpointsApiModule } from '../webhook-endpoints/webhook-endpoints.module.ts';
import { AlertRulesController } from './alert-rules.controller.ts';
import { AlertRulesService } from './alert-rules.service.ts';
import { AlertsController } from './alerts.controller.ts';
import { AlertsService } from './alerts.service.ts';
import { AlertEvaluator } from './evaluation/alert.evaluator.ts';
import { AlertPublisher } from './evaluation/alert.publisher.ts';
import { AlertWorker } from './evaluation/alert.worker.ts';
import { HeartbeatTask } from './heartbeat.task.ts';

/** Evaluates the rules of organizations, tells what changed, and says that it is alive. */
@Module({
  providers: [
    AlertWorker,
    AlertEvaluator,
    AlertPublisher,
    HeartbeatTask,
    maintenance('old-alerts', () => ({
      everySeconds: 3_600,
      statement: { text: 'SELECT app.cleanup_alerts(1000) AS changed' },
    })),
  ],
  exports: [AlertPublisher],
})
export class AlertsModule {}

/** The API of the rules and of what they found. */
@Module({
  imports: [AlertsModule, ConnectorsModule, ActivityModule, WebhookEndpointsApiModule],
  controllers: [AlertRulesController, AlertsController],
  providers: [AlertRulesService, AlertsService],
})
export class AlertsApiModule {}
