import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder that the trail is exported to. */
export class ArchiveFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'sync-trail-'));
  readonly url = pathToFileURL(this.path).href;

  /** The lines of each object, by key. */
  async objects(): Promise<Record<string, Record<string, unknown>[]>> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const read = async (file: string) => [file.slice(this.path.length + 1), linesOf(await readFile(file, 'utf8'))];
    return Object.fromEntries(await Promise.all(files.sort().map(read)));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
