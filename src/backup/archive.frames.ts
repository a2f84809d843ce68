import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { BackupError } from './backup.manifest.ts';

/**
 * An archive is a gzipped sequence of frames: a letter, the length of the payload in 4 bytes, the payload.
 * 1. One manifest (M), as JSON.
 * 2. For each table of the manifest, in its order: the counts (T), as JSON, then its rows (D) in Postgres' text format, in any number of frames.
 * 3. One end (Z): the SHA-256 of all frames before it. A file without it was cut.
 */
export type FrameKind = 'M' | 'T' | 'D' | 'Z';

export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Buffer;
}

const HEAD_BYTES = 5;
/** The counts of two million organizations fit; a larger length is damage, and must not be waited for. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

export function frameHead(kind: FrameKind, length: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(kind, 'latin1');
  head.writeUInt32BE(length, 1);
  return head;
}

export function digestFrame(digest: Hash, { kind, payload }: Frame): void {
  digest.update(frameHead(kind, payload.length)).update(payload);
}

/** The frames before the end. Throws BackupError, after the last whole frame, when the file is cut or damaged. */
export async function* readFrames(file: string): AsyncGenerator<Frame> {
  const digest = createHash('sha256');
  let ended = false;
  for await (const frame of parseFrames(file)) {
    if (ended) throw damaged('something follows its end');
    if (frame.kind === 'Z') {
      if (!digest.digest().equals(frame.payload)) throw damaged('its checksum does not match');
      ended = true;
    } else {
      digestFrame(digest, frame);
      yield frame;
    }
  }
  if (!ended) throw damaged('its end is missing');
}

async function* parseFrames(file: string): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of unzipped(file)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= HEAD_BYTES) {
      const kind = rest.toString('latin1', at, at + 1);
      const length = rest.readUInt32BE(at + 1);
      if (!isKind(kind) || length > MAX_PAYLOAD_BYTES) throw damaged('it is no backup of this service');
      const end = at + HEAD_BYTES + length;
      if (rest.length < end) break;
      yield { kind, payload: rest.subarray(at + HEAD_BYTES, end) };
      at = end;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw damaged('its end is missing');
}

async function* unzipped(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw damaged('its end is missing');
    if (code?.startsWith('Z_')) throw damaged(message);
    throw new BackupError(`The file cannot be read: ${message}.`, { cause: error });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function isKind(kind: string): kind is FrameKind {
  return kind === 'M' || kind === 'T' || kind === 'D' || kind === 'Z';
}

function damaged(why: string): BackupError {
  return new BackupError(`The file is cut or damaged: ${why}. Nothing was restored.`);
}
