import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { KeyStore } from '../../auth/key.store.ts';
import { steadyNow } from '../../common/clock.ts';
import { outages } from '../../database/outage.log.ts';
import type { StreamViewer } from './stream.viewer.ts';

const CHECK_EVERY_MS = 1_000;
/** How often the keys and sessions of viewers are validated again. */
const REVALIDATE_EVERY_MS = 5_000;

/** Checks the open streams: sends keep-alives, closes slow viewers, and ends streams whose credentials are no longer valid. */
@Injectable()
export class StreamKeepAlive {
  private readonly logger = new Logger('ProgressStream');
  private readonly viewers = new Set<StreamViewer>();
  private readonly outsideOfRequests = AsyncLocalStorage.snapshot();
  private timers: NodeJS.Timeout[] = [];
  private isRevalidating = false;
  private isFailing = false;

  constructor(private readonly keys: KeyStore) {}

  add(viewer: StreamViewer): void {
    this.viewers.add(viewer);
    if (this.timers.length > 0) return;
    this.timers = this.outsideOfRequests(() => [
      setInterval(() => this.check(), CHECK_EVERY_MS),
      setInterval(() => void this.revalidate(), REVALIDATE_EVERY_MS),
    ]);
  }

  remove(viewer: StreamViewer): void {
    this.viewers.delete(viewer);
    if (this.viewers.size === 0) for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  all(): StreamViewer[] {
    return [...this.viewers];
  }

  private check(): void {
    const now = steadyNow();
    for (const viewer of this.viewers) {
      const { expiresAt, keyHash } = viewer.credentials;
      // The database dates keys and sessions, so their time is counted by the steady clock; a token is dated by the wall clock.
      if (expiresAt !== null && expiresAt <= (keyHash === undefined ? Date.now() : now)) viewer.end('expired');
      else viewer.check(now);
    }
  }

  /** Uses one query for all viewers. When the database cannot be reached, the streams stay open; they receive no data then either. */
  private async revalidate(): Promise<void> {
    const revocable = this.all().filter(({ credentials }) => credentials.keyHash !== undefined);
    if (revocable.length === 0 || this.isRevalidating) return;
    this.isRevalidating = true;
    try {
      const valid = await this.keys.stillValid(revocable.map(({ credentials }) => credentials.keyHash as string));
      for (const viewer of revocable) if (!valid.has(viewer.credentials.keyHash as string)) viewer.end('revoked');
      this.isFailing = false;
    } catch (error) {
      if (!outages.tell(error) && !this.isFailing)
        this.logger.error({ err: error }, 'the keys of viewers cannot be checked just now');
      this.isFailing = true;
    } finally {
      this.isRevalidating = false;
    }
  }
}
