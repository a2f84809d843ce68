import type { ServerResponse } from 'node:http';
import { steadyNow } from '../../common/clock.ts';
import type { EndReason } from './dto/stream.dto.ts';
import { endEvent, KEEP_ALIVE } from './stream.events.ts';

/** The limits for unsent data of a viewer: in bytes, in addition to one snapshot, and in time. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_STALLED_MS = 30_000;
/** How long sending the last event may take before the connection is closed without it. */
const END_WITHIN_MS = 5_000;
const KEEP_ALIVE_MS = 3_000;

/** The organization of a stream and the credentials that opened it. */
export interface ViewerCredentials {
  readonly orgId: string;
  /** Milliseconds since 1970. Null for credentials that do not expire. */
  readonly expiresAt: number | null;
  /** The hash of a key or session. Undefined for a token, which cannot be revoked. */
  readonly keyHash: string | undefined;
  /** May not see values of items, which errors quote. */
  readonly isMasked?: boolean;
}

/** Why a stream ended: the service ended it with an event, the viewer read too slowly, or the viewer left. */
export type ViewerEnd = EndReason | 'slow' | 'left';

/** One open connection. Nothing is sent after it has ended. */
export class StreamViewer {
  readonly credentials: ViewerCredentials;
  /** Resolves when the connection is closed by either side. */
  readonly closed: Promise<void>;
  private readonly response: ServerResponse;
  private ended: ViewerEnd | undefined;
  private snapshotBytes = 0;
  private stalledSince: number | undefined;
  private keepAliveAt = steadyNow() + KEEP_ALIVE_MS;

  /** `onEnd` is called once, when the connection is closed. The caller has already written the response headers. */
  constructor(response: ServerResponse, credentials: ViewerCredentials, onEnd: (how: ViewerEnd) => void) {
    this.response = response;
    this.credentials = credentials;
    response
      .on('drain', () => {
        this.stalledSince = undefined;
      })
      // The connection failed; 'close' follows.
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

  /** Called about once a second. Closes a stalled connection, and sends keep-alives so that proxies do not close an idle one. */
  check(now: number): void {
    if (this.stalledSince !== undefined && now - this.stalledSince > MAX_STALLED_MS) this.drop();
    else if (now >= this.keepAliveAt) {
      this.keepAliveAt = now + KEEP_ALIVE_MS;
      this.send(KEEP_ALIVE);
    }
  }

  /** Sends the reason and closes the connection. */
  end(reason: EndReason): void {
    if (this.ended) return;
    this.ended = reason;
    this.response.end(endEvent(reason));
    const timer = setTimeout(() => this.response.destroy(), END_WITHIN_MS);
    this.response.once('close', () => clearTimeout(timer));
  }

  /** Closes the connection at once and discards unsent data. */
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
    if (!this.response.write(bytes)) this.stalledSince ??= steadyNow();
  }
}
