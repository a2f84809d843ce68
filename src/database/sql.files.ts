import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** Functions, triggers or views of one concept, in plain SQL beside the module that owns them. */
export interface SqlFile {
  /** From `src`: `progress/sql/report_progress.sql`. */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

/** The modules that may have SQL files, in the order of the layers: a file may build on those before it. */
const MODULES = [
  'tenancy',
  'auth',
  'jobs',
  'idempotency',
  'progress',
  'activity',
  'preview-cache',
  'connectors',
  'records',
  'runs',
  'previews',
  'schedules',
  'webhooks',
  'webhook-endpoints',
  'alerts',
  'erasures',
  'console',
  'dashboard',
];

/** `src`, or the same folder of the build, which has the files at the same places. */
const ROOT = new URL('../', import.meta.url);

/** Every SQL file of this version, in the order in which they are applied. */
export const sqlFiles: readonly SqlFile[] = readSqlFiles();

function readSqlFiles(): SqlFile[] {
  const names = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.sql'));
  const misplaced = names.find((name) => !/^[^/]+\/sql\/[^/]+$/.test(name) || orderOf(name) < 0);
  if (misplaced) throw new Error(`${misplaced} is not in the folder sql of a module that has a place in the order`);
  return names
    .sort((a, b) => orderOf(a) - orderOf(b) || (a < b ? -1 : 1))
    .map((name) => sqlFile(name, readFileSync(new URL(name, ROOT), 'utf8').replaceAll('\r\n', '\n')));
}

export function sqlFile(name: string, text: string): SqlFile {
  return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
}

function orderOf(name: string): number {
  return MODULES.indexOf(name.slice(0, name.indexOf('/')));
}
