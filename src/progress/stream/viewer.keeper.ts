import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { KeyStore } from '../../auth/key.store.ts';
import type { StreamViewer } from './stream.viewer.ts';

const TEND_EVERY_MS = 1_000;
/** How often keys and sessions are asked for again. */
const REVALIDATE_EVERY_MS = 5_000;

/** Goes round the open streams: keep-alives, slow readers, and viewers whose credentials are not valid any more. */
@Injectable()
export class ViewerKeeper {
  private readonly logger = new Logger('ProgressStream');
  private readonly viewers = new Set<StreamViewer>();
  private readonly outsideOfRequests = AsyncLocalStorage.snapshot();
  private timers: NodeJS.Timeout[] = [];
  private isAsking = false;
  private isFailing = false;

  constructor(private readonly keys: KeyStore) {}

  add(viewer: StreamViewer): void {
    this.viewers.add(viewer);
    if (this.timers.length > 0) return;
    this.timers = this.outsideOfRequests(() => [
      setInterval(() => this.tend(Date.now()), TEND_EVERY_MS),
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

  private tend(now: number): void {
    for (const viewer of this.viewers) {
      const { expiresAt } = viewer.credentials;
      if (expiresAt !== null && expiresAt <= now) viewer.end('expired');
      else viewer.tend(now);
    }
  }

  /** One query for all. When the database cannot be asked the viewers stay: it tells them nothing either. */
  private async revalidate(): Promise<void> {
    const asked = this.all().filter(({ credentials }) => credentials.keyHash !== undefined);
    if (asked.length === 0 || this.isAsking) return;
    this.isAsking = true;
    try {
      const valid = await this.keys.stillValid(asked.map(({ credentials }) => credentials.keyHash as string));
      for (const viewer of asked) if (!valid.has(viewer.credentials.keyHash as string)) viewer.end('revoked');
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.error({ err: error }, 'the keys of viewers cannot be checked just now');
      this.isFailing = true;
    } finally {
      this.isAsking = false;
    }
  }
}
