import { Global, Module } from '@nestjs/common';
import { AlertMetrics } from './alert.metrics.ts';
import { CallMetrics } from './call.metrics.ts';
import { DatabaseMetrics } from './database.metrics.ts';
import { DeliveryMetrics } from './delivery.metrics.ts';
import { HttpMetrics } from './http.metrics.ts';
import { MetricsController, MetricsRegistry } from './metrics.controller.ts';
import { ReportMetrics } from './report.metrics.ts';
import { RunMetrics } from './run.metrics.ts';
import { StreamMetrics } from './stream.metrics.ts';
import { TaskMetrics } from './task.metrics.ts';

@Global()
@Module({
  controllers: [MetricsController],
  providers: [
    MetricsRegistry,
    TaskMetrics,
    HttpMetrics,
    RunMetrics,
    CallMetrics,
    StreamMetrics,
    DeliveryMetrics,
    AlertMetrics,
    ReportMetrics,
    DatabaseMetrics,
  ],
  exports: [
    MetricsRegistry,
    TaskMetrics,
    HttpMetrics,
    RunMetrics,
    CallMetrics,
    StreamMetrics,
    DeliveryMetrics,
    AlertMetrics,
    ReportMetrics,
  ],
})
export class MetricsModule {}
