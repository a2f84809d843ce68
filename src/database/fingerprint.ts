import { FINGERPRINT } from './fingerprint.sql.ts';

/** Whatever sends a statement: a pool of the service, or the connection that migrates. */
export type Query = <Row extends object>(text: string) => Promise<Row[]>;

/** Hashes by kind: of the policies, the grants, the functions and so on. */
export type Fingerprint = Readonly<Record<string, string>>;

/** `npm run migrate` makes these again from the SQL files. */
const MENDABLE = new Set(['functions', 'triggers']);

/** What the database is. */
async function fingerprint(query: Query): Promise<Fingerprint> {
  const rows = await query<{ kind: string; hash: string }>(FINGERPRINT);
  return Object.fromEntries(rows.map(({ kind, hash }) => [kind, hash]));
}

/**
 * What it was when it was last migrated. Kept as the comment of the schema `app`: pg_dump takes it along with what it describes, and a restore
 * of rows into a database that was just migrated leaves it alone.
 */
export async function migratedFingerprint(query: Query): Promise<Fingerprint | undefined> {
  const [row] = await query<{ comment: string | null }>(
    `SELECT obj_description(to_regnamespace('app'), 'pg_namespace') AS comment`,
  );
  const match = /^as migrated: (\{.*\})$/.exec(row?.comment ?? '');
  return match?.[1] === undefined ? undefined : (JSON.parse(match[1]) as Fingerprint);
}

/** Remembers what the database is as what it should be. Sent by the owner, in the transaction that migrates. */
export async function rememberFingerprint(query: Query): Promise<void> {
  await query(`COMMENT ON SCHEMA app IS 'as migrated: ${JSON.stringify(await fingerprint(query))}'`);
}

export interface Difference {
  /** The kinds that are not as migrated: ['functions', 'policies']. */
  readonly kinds: readonly string[];
  /** `npm run migrate` makes all of them right. */
  readonly isMendable: boolean;
}

/** Undefined: the database is as it was migrated. */
export async function differenceSinceMigrated(query: Query): Promise<Difference | undefined> {
  const migrated = await migratedFingerprint(query);
  if (!migrated) return { kinds: ['record of the last migration'], isMendable: true };
  const found = await fingerprint(query);
  const kinds = [...new Set([...Object.keys(migrated), ...Object.keys(found)])]
    .filter((kind) => migrated[kind] !== found[kind])
    .sort();
  return kinds.length === 0 ? undefined : { kinds, isMendable: kinds.every((kind) => MENDABLE.has(kind)) };
}
