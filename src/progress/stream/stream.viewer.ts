import type { ServerResponse } from 'node:http';
import type { EndReason } from './dto/stream.dto.ts';
import { endEvent, KEEP_ALIVE } from './stream.events.ts';

/** How much may wait to be sent to a viewer, beside one snapshot: in bytes, and for how long. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_STALLED_MS = 30_000;
/** How long the last event may take to be sent before the connection is ended without it. */
const END_WITHIN_MS = 5_000;
const KEEP_ALIVE_MS = 15_000;

/** Whose stream it is and how it proved itself. */
export interface ViewerCredentials {
  readonly orgId: string;
  /** Milliseconds since 1970; null: until it is revoked. */
  readonly expiresAt: number | null;
  /** Of a key or session; undefined for a token, which cannot be revoked. */
  readonly keyHash: string | undefined;
}

/** Why a stream ended: by us with an event, cut off because it was too slow, or by the viewer. */
export type ViewerEnd = EndReason | 'slow' | 'left';

/** One open connection. Nothing is sent after it has ended. */
export class StreamViewer {
  readonly credentials: ViewerCredentials;
  /** Resolves when the connection is closed, whoever closed it. */
  readonly closed: Promise<void>;
  private readonly response: ServerResponse;
  private ended: ViewerEnd | undefined;
  private snapshotBytes = 0;
  private stalledSince: number | undefined;
  private keepAliveAt = Date.now() + KEEP_ALIVE_MS;

  /** `onEnd` is called once, when the connection is closed. The head of the response has been written. */
  constructor(response: ServerResponse, credentials: ViewerCredentials, onEnd: (how: ViewerEnd) => void) {
    this.response = response;
    this.credentials = credentials;
    response
      .on('drain', () => {
        this.stalledSince = undefined;
      })
      // A connection that broke; 'close' follows.
      .on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      response.on('close', () => {
        onEnd(this.ended ?? 'left');
        resolve();
      });
    });
  }

  begin(snapshot: Buffer): void {
    this.snapshotBytes = snapshot.length;
    this.write(snapshot);
  }

  send(event: Buffer): void {
    if (this.response.writableLength > MAX_UNSENT_BYTES + this.snapshotBytes) this.drop();
    else this.write(event);
  }

  /** Once a second or so: cuts off who does not read, keeps proxies from closing what is only quiet. */
  tend(now: number): void {
    if (this.stalledSince !== undefined && now - this.stalledSince > MAX_STALLED_MS) this.drop();
    else if (now >= this.keepAliveAt) {
      this.keepAliveAt = now + KEEP_ALIVE_MS;
      this.send(KEEP_ALIVE);
    }
  }

  /** Says why and closes. */
  end(reason: EndReason): void {
    if (this.ended) return;
    this.ended = reason;
    this.response.end(endEvent(reason));
    const timer = setTimeout(() => this.response.destroy(), END_WITHIN_MS);
    this.response.once('close', () => clearTimeout(timer));
  }

  /** Closes without a word, and forgets what was not sent. */
  destroy(): void {
    this.response.destroy();
  }

  private drop(): void {
    if (this.ended) return;
    this.ended = 'slow';
    this.response.destroy();
  }

  private write(bytes: Buffer): void {
    if (this.ended || this.response.destroyed) return;
    if (!this.response.write(bytes)) this.stalledSince ??= Date.now();
  }
}
