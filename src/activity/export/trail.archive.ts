import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsClient } from 'aws4fetch';

/** Longer than any object of some megabytes takes. */
const WRITTEN_WITHIN_MS = 30_000;

/** Where the trail is exported to. */
export interface TrailArchive {
  /** Resolves once the object is stored for good. One of the same key is replaced. `key` has parts between slashes. Rejects with what was wrong. */
  put(key: string, body: string): Promise<void>;
}

/** The keys of an S3-compatible store, in the names that its tools use. */
export interface ArchiveCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** `url`: a folder (file:) or a bucket of an S3-compatible store with an optional prefix (https:). */
export function openArchive(url: string, credentials: ArchiveCredentials): TrailArchive {
  const { protocol } = new URL(url);
  return protocol === 'file:' ? folder(fileURLToPath(url)) : bucket(url.replace(/\/+$/, ''), credentials);
}

/** An object appears under its name when it is whole and on the disk, and not otherwise. */
const folder = (root: string): TrailArchive => ({
  async put(key, body) {
    const file = join(root, key);
    const partial = `${file}.${randomUUID()}.partial`;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    try {
      const handle = await open(partial, 'wx', 0o600);
      try {
        await handle.writeFile(body);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, file);
      await syncFolder(dirname(file));
    } finally {
      await rm(partial, { force: true });
    }
  },
});

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function bucket(url: string, credentials: ArchiveCredentials): TrailArchive {
  const client = new AwsClient({ ...credentials, service: 's3', retries: 2 });
  return {
    async put(key, body) {
      const response = await client.fetch(`${url}/${key.split('/').map(encodeURIComponent).join('/')}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/x-ndjson' },
        signal: AbortSignal.timeout(WRITTEN_WITHIN_MS),
        redirect: 'error',
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`The store answered PUT ${key} with ${response.status}.`);
    },
  };
}
