import pg from 'pg';
import type { Logger } from 'typeorm';
import { migrate } from '../../../src/database/migrate.ts';

/** A schema as the statements that made it, in their order, and rows to keep. */
export interface Release {
  readonly migrations: readonly string[];
  readonly sqlFiles: readonly string[];
  /** By the superuser, whom row-level security does not hold. */
  readonly rows: readonly string[];
}

const PARTS = ['migrations', 'sqlFiles', 'rows'] as const;
const partLine = (part: string): string => `-- part: ${part}\n`;
const NEXT = '\n-- next\n';

export function formatRelease(release: Release): string {
  return PARTS.map((part) => partLine(part) + release[part].map((text) => `${text}\n;`).join(NEXT)).join('\n\n');
}

export function parseRelease(text: string): Release {
  const statements = PARTS.map((part, index) => {
    const start = text.indexOf(partLine(part)) + partLine(part).length;
    const next = PARTS[index + 1];
    const end = next === undefined ? undefined : text.indexOf(partLine(next));
    return [
      part,
      text
        .slice(start, end)
        .trim()
        .split(NEXT)
        .map((each) => each.replace(/\n;$/, '')),
    ] as const;
  });
  return Object.fromEntries(statements) as unknown as Release;
}

/** Migrates the empty database and returns what was sent to it: of the migrations, and of the SQL files after them. */
export async function recordMigrate(ownerUrl: string): Promise<Omit<Release, 'rows'>> {
  const sent: string[] = [];
  const record = (text: string, values?: unknown) => {
    // What only reads or frames the transaction is no part of the schema.
    if (!/^\s*(SELECT (?!pgboss\.)|START TRANSACTION|COMMIT|SAVEPOINT|RELEASE)/.test(text))
      sent.push(withValues(text, values as unknown[] | undefined).trim());
  };
  await migrate(ownerUrl, { logger: loggerOf(record) });
  const end = sent.findLastIndex((text) => /^INSERT INTO "(public"\.")?sync_migrations"/.test(text)) + 1;
  return { migrations: sent.slice(0, end), sqlFiles: sent.slice(end) };
}

/** One statement of a text that does not need its parameters any more. */
export function withValues(text: string, values: readonly unknown[] = []): string {
  return values.length === 0 ? text : text.replace(/\$(\d+)/g, (_match, index) => literal(values[Number(index) - 1]));
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  if (value instanceof Date) return `'${value.toISOString()}'`;
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]::text[]`;
  return pg.escapeLiteral(String(value));
}

function loggerOf(logQuery: Logger['logQuery']): Logger {
  const ignore = () => undefined;
  return {
    logQuery,
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  };
}
