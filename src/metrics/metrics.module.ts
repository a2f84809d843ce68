import { Global, Module } from '@nestjs/common';
import { HttpMetrics } from './http.metrics.ts';
import { MetricsController } from './metrics.controller.ts';
import { MetricsRegistry } from './metrics.registry.ts';
import { TaskMetrics } from './task.metrics.ts';

@Global()
@Module({
  controllers: [MetricsController],
  providers: [MetricsRegistry, TaskMetrics, HttpMetrics],
  exports: [MetricsRegistry, TaskMetrics, HttpMetrics],
})
export class MetricsModule {}
