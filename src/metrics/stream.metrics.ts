import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** The live streams of this process. */
@Injectable()
export class StreamMetrics {
  private readonly viewers: Gauge;
  private readonly ended: Counter;
  private readonly polls: Counter;
  private readonly seconds: Histogram;

  constructor({ registry }: MetricsRegistry) {
    const registers = [registry];
    this.viewers = new Gauge({ name: 'sync_stream_viewers', help: 'Open streams of progress', registers });
    this.ended = new Counter({
      name: 'sync_stream_viewers_ended_total',
      help: 'Streams that ended: left by the viewer, cut off as slow, expired or revoked, or because the service stops',
      labelNames: ['reason'],
      registers,
    });
    this.polls = new Counter({
      name: 'sync_stream_polls_total',
      help: 'Queries for the watched organizations',
      labelNames: ['outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'sync_stream_poll_duration_seconds',
      help: 'Duration of a query for the watched organizations',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
  }

  opened(): void {
    this.viewers.inc();
  }

  closed(reason: string): void {
    this.viewers.dec();
    this.ended.inc({ reason });
  }

  startPoll(): { end(succeeded: boolean): void } {
    const stop = this.seconds.startTimer();
    return {
      end: (succeeded) => {
        stop();
        this.polls.inc({ outcome: succeeded ? 'success' : 'failure' });
      },
    };
  }
}
