import { withMaskedMembers } from '../../common/masked.members.ts';
import type { EndReason } from './dto/stream.dto.ts';

// Server-Sent Events in their wire format. Events are bytes, so that an event is encoded once for all viewers. The syncs are the JSON
// texts from the database, which contain no line breaks.

/** How long a browser waits before it connects again, in milliseconds. */
const RETRY_MS = 1_000;

/** Of one event both texts, each encoded once, when its first viewer is sent it. */
export class SyncsEvent {
  private readonly text: string;
  private whole: Buffer | undefined;
  private masked: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  for({ isMasked = false }: { readonly isMasked?: boolean }): Buffer {
    if (isMasked) {
      this.masked ??= Buffer.from(withMaskedMembers(this.text));
      return this.masked;
    }
    this.whole ??= Buffer.from(this.text);
    return this.whole;
  }
}

export function snapshotEvent(at: string, syncs: Iterable<string>): SyncsEvent {
  return new SyncsEvent(
    `retry: ${RETRY_MS}\nevent: snapshot\ndata: {"at":${JSON.stringify(at)},"syncs":[${[...syncs].join(',')}]}\n\n`,
  );
}

export function changeEvent(at: string, syncs: readonly string[], gone: readonly string[]): SyncsEvent {
  return new SyncsEvent(
    `event: change\ndata: {"at":${JSON.stringify(at)},"syncs":[${syncs.join(',')}],"gone":${JSON.stringify(gone)}}\n\n`,
  );
}

export const endEvent = (reason: EndReason): Buffer =>
  Buffer.from(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);

export const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');
