import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { digestFrame, type FrameKind, frameHead } from './archive.frames.ts';
import { BackupError, type Counts, type Manifest } from './backup.manifest.ts';

/** Far below what the reader accepts, so that the rows of a table never wait in memory. */
const DATA_FRAME_BYTES = 1024 * 1024;

/** Writes the frames of one archive. */
export class ArchiveWriter {
  private readonly gzip = createGzip();
  private readonly digest = createHash('sha256');
  private readonly written: Promise<void>;

  private constructor(handle: FileHandle) {
    this.written = pipeline(this.gzip, handle.createWriteStream());
    // Whoever writes the next frame, or ends, is told.
    this.written.catch(() => undefined);
  }

  /** The file appears under its name when it is whole, and not otherwise. It holds keys' hashes and customers' data: for its owner only. */
  static async create(file: string, work: (archive: ArchiveWriter) => Promise<void>): Promise<void> {
    if (existsSync(file)) throw new BackupError(`${file} exists already; a backup is never written over another.`);
    const partial = `${file}.${process.pid}.partial`;
    const handle = await open(partial, 'wx', 0o600).catch((error: Error) => {
      throw new BackupError(`The file cannot be written: ${error.message}.`, { cause: error });
    });
    try {
      const archive = new ArchiveWriter(handle);
      await work(archive).catch(async (error) => {
        archive.gzip.destroy(error);
        await archive.written.catch(() => undefined);
        throw error;
      });
      await archive.end();
      await rename(partial, file);
    } finally {
      await rm(partial, { force: true });
    }
  }

  manifest(manifest: Manifest): Promise<void> {
    return this.write('M', Buffer.from(JSON.stringify(manifest)));
  }

  counts(counts: Counts): Promise<void> {
    return this.write('T', Buffer.from(JSON.stringify(counts)));
  }

  async rows(data: Buffer): Promise<void> {
    for (let at = 0; at < data.length; at += DATA_FRAME_BYTES)
      await this.write('D', data.subarray(at, at + DATA_FRAME_BYTES));
  }

  private async end(): Promise<void> {
    await this.write('Z', this.digest.digest());
    this.gzip.end();
    await this.written;
  }

  private async write(kind: FrameKind, payload: Buffer): Promise<void> {
    if (kind !== 'Z') digestFrame(this.digest, { kind, payload });
    this.gzip.write(frameHead(kind, payload.length));
    if (!this.gzip.write(payload)) await Promise.race([once(this.gzip, 'drain'), this.written]);
  }
}
