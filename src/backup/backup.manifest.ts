import { z } from 'zod';

/** A backup or a restore that was refused or failed. The message is a sentence for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Raised when a change of the format makes older archives unreadable. */
export const FORMAT = 1;

const name = z.string().min(1);

const archivedTable = z.strictObject({
  /** With its schema: `public.sync_progress`. */
  name,
  /** Without generated ones, which the restored table computes again. */
  columns: z.array(name).min(1),
});

const archivedMonth = z.strictObject({
  name,
  /** FOR VALUES FROM … TO …; null: the month was detached and is a table of its own. */
  bound: z.string().nullable(),
});

const manifest = z.strictObject({
  format: z.literal(FORMAT),
  createdAt: z.iso.datetime(),
  postgres: z.string(),
  migrations: z.array(name).min(1),
  /** In the order in which they follow, which is the order of their foreign keys. */
  tables: z.array(archivedTable).min(1),
  /** The months of the audit trail. */
  months: z.array(archivedMonth),
});

/** Stands before the rows of each table. Rows are counted for each organization, so that nobody's can be missing unnoticed. */
const counts = z.strictObject({
  table: name,
  rows: z.int().nonnegative(),
  organizations: z.record(z.string(), z.int().positive()),
});

export type ArchivedTable = z.infer<typeof archivedTable>;
export type ArchivedMonth = z.infer<typeof archivedMonth>;
export type Manifest = z.infer<typeof manifest>;
export type Counts = z.infer<typeof counts>;

export const parseManifest = (text: string): Manifest => parse(manifest, text);
export const parseCounts = (text: string): Counts => parse(counts, text);

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new BackupError('The file is damaged, or was written in a format that this version does not read.', {
      cause: error,
    });
  }
}
