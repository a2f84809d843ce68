import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

const LOOK_EVERY_MS = 50;

/**
 * The time between the signal to stop and the end of the idle connections. Readiness says no, so that a load balancer sends nothing more,
 * and every response carries `Connection: close`, so that a client with an open connection uses it no more: a connection that is closed at
 * the moment in which a request is sent on it would be a reset.
 */
@Injectable()
export class Draining {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** Returns after this time, or as soon as nobody is connected. */
  async begin(server: Server, waitMs: number): Promise<void> {
    this.draining = true;
    const end = performance.now() + waitMs;
    while (performance.now() < end && (await connectionsOf(server)) > 0) await delay(LOOK_EVERY_MS);
  }
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count ?? 0));
  });
