import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity, protectTenantTable } from './support.ts';

/**
 * Why: the canonical copy of what runs read, and which entries of two systems are the same. `change_seq` counts an organization's
 * changes from a row that is locked to the end of the transaction, so that it grows in the order of commits and a reader who asks for
 * what is after N misses nothing.
 */
export class Records0009 implements MigrationInterface {
  name = 'records-0000000000009';

  async up(db: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(TABLES)) {
      await db.query(`CREATE TABLE public.${table} (org_id text NOT NULL CHECK (org_id <> ''), ${columns})`);
      await protectTenantTable(db, `public.${table}`);
      await db.query(`GRANT SELECT, INSERT, UPDATE ON public.${table} TO sync_app`);
    }
    await db.query(`
      GRANT DELETE ON public.sync_bindings, public.sync_match_decisions, public.sync_items, public.sync_refusals TO sync_app`);
    await db.query(`CREATE INDEX sync_records_changes ON public.sync_records (org_id, change_seq)`);
    // A reader of one connection's changes, and the end of a run that looks at its own, pass over no other connection's.
    await db.query(`
      CREATE INDEX sync_records_changes_of ON public.sync_records (org_id, connection_id, entity_type, change_seq)`);
    // Open conflicts and failures of all connections, the newest first.
    await db.query(`
      CREATE INDEX sync_refusals_open ON public.sync_refusals
        (org_id, is_conflict, refused_at, external_id, entity_type, source_connection_id, destination_connection_id)`);
    // For the history of an item.
    await db.query(`CREATE INDEX sync_items_of_item ON public.sync_items (org_id, external_id, updated_at, sync_id)`);
    await db.query(`
      CREATE INDEX sync_records_by_name ON public.sync_records (org_id, entity_type, known_as)
        WHERE known_as IS NOT NULL`);
    await keptChanges(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE public.sync_changes, public.sync_items, public.sync_refusals, public.sync_match_decisions, public.sync_bindings,
        public.sync_change_counters, public.sync_records`);
  }
}

/**
 * By what people know a record: a column, since under row-level security Postgres looks nothing up by an expression that could tell of
 * rows of others, such as one that reads JSON. In lower case, since nobody remembers how a SKU is written, and in byte order, so that a
 * beginning is looked up, too.
 */
const NAME_OF_RECORD = `lower(data ->> CASE entity_type WHEN 'customer' THEN 'email' WHEN 'product' THEN 'sku' ELSE 'number' END)`;

/** How many weeks the ring of partitions has; see src/records/sql/kept_changes.sql. */
const WEEKS = 14;

/**
 * What each run changed at its destination, for its undo and for the history of an item. The partitions are a ring of weeks, by the start
 * of the run, so that none is made while the service runs, and one is emptied whole when its time is over.
 */
async function keptChanges(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_changes (
      org_id text NOT NULL CHECK (org_id <> ''),
      week smallint NOT NULL,
      sync_id text NOT NULL CHECK (sync_id <> ''),
      kind text NOT NULL CHECK (kind IN ('create', 'update', 'delete', 'unbind')),
      external_id text NOT NULL CHECK (external_id <> ''),
      entity_type text NOT NULL CHECK (entity_type <> ''),
      destination_id text,
      via_archive boolean NOT NULL DEFAULT false,
      after_hash text,
      was jsonb,
      became jsonb,
      is_partial boolean NOT NULL DEFAULT false,
      reason text CHECK (kind = 'unbind' OR reason IS NULL),
      at timestamptz NOT NULL DEFAULT now(),
      item bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(external_id, hashtextextended(entity_type, 0))) STORED,
      PRIMARY KEY (org_id, sync_id, kind, external_id, week)
    ) PARTITION BY LIST (week)`);
  const comments = {
    week: 'a place in the ring: app.week_of_changes(start of the run)',
    destination_id: 'null: the records',
    via_archive: 'an update that brought the entry back, or a delete that archived it',
    after_hash: 'of the entry as the run left it; null after a delete',
    was: 'the members that changed, as they were; all of them for a delete',
    became: 'the members that changed, as the destination has them; all of them for a create at a connection',
    is_partial: 'what it was is not known, or was too large to keep',
    item: 'entity_type and external_id as one number, which costs an index half as much',
  };
  for (const [column, text] of Object.entries(comments))
    await db.query(`COMMENT ON COLUMN public.sync_changes.${column} IS '${text}'`);
  await db.query(`
    CREATE INDEX sync_changes_of_item ON public.sync_changes (org_id, item, at, sync_id)`);
  await db.query(`
    CREATE INDEX sync_changes_of_entry ON public.sync_changes (org_id, entity_type, destination_id, at, sync_id)
      WHERE destination_id IS NOT NULL`);
  for (let week = 0; week < WEEKS; week += 1) {
    const partition = `public.sync_changes_${String(week).padStart(2, '0')}`;
    await db.query(`CREATE TABLE ${partition} PARTITION OF public.sync_changes FOR VALUES IN (${week})`);
    await forceRowSecurity(db, partition);
  }
  await protectTenantTable(db, 'public.sync_changes');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_changes TO sync_app`);
}

const TABLES: Readonly<Record<string, string>> = {
  // The name is a column, since row-level security lets no index be searched by an expression that may show its row in an error; and a
  // number, since each write of a record pays for it.
  sync_records: `
    connection_id uuid NOT NULL,
    entity_type text NOT NULL CHECK (entity_type <> ''),
    external_id text NOT NULL CHECK (external_id <> ''),
    data jsonb NOT NULL,
    known_as text COLLATE "C" GENERATED ALWAYS AS (${NAME_OF_RECORD}) STORED,
    content_hash text NOT NULL,
    change_seq bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (org_id, connection_id, entity_type, external_id)`,
  sync_change_counters: `
    last_seq bigint NOT NULL,
    PRIMARY KEY (org_id)`,
  // A pair of ids, each side with what it held at the last sync: three-way comparison needs both, an echo only the hash. Without data
  // the two are known to belong together, and when the source has changed, the next sync compares them as it does when it meets them
  // first. `born` tells an entry from another that has got its id. The smaller system id is side a, so that both directions share one
  // row. `put_away`: a sync archived one side, because the other is gone; it comes back with it.
  sync_bindings: `
    entity_type text NOT NULL CHECK (entity_type <> ''),
    system_a uuid NOT NULL,
    system_b uuid NOT NULL CHECK (system_a < system_b),
    id_a text NOT NULL CHECK (id_a <> ''),
    id_b text NOT NULL CHECK (id_b <> ''),
    hash_a text,
    hash_b text,
    data_a jsonb,
    data_b jsonb,
    born_a text,
    born_b text,
    put_away boolean NOT NULL DEFAULT false,
    synced_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nulls(hash_a, hash_b) IN (0, 2) AND num_nulls(data_a, data_b) IN (0, 2)),
    PRIMARY KEY (org_id, entity_type, system_a, system_b, id_a),
    UNIQUE (org_id, entity_type, system_a, system_b, id_b)`,
  // An item that is none of the entries of the destination that look like it, as a person decided. `source` and `destination` are systems.
  sync_match_decisions: `
    entity_type text NOT NULL CHECK (entity_type <> ''),
    source uuid NOT NULL,
    destination uuid NOT NULL CHECK (source <> destination),
    external_id text NOT NULL CHECK (external_id <> ''),
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, entity_type, source, destination, external_id)`,
  // What failed or was left alone (a conflict) when it was tried last. With a fingerprint it was refused for good: the write is not repeated while the
  // fingerprint is the same. An incremental sync tries the others again, since the destination may have changed. left_since: when something of
  // it may have stayed in the destination although it was refused.
  sync_refusals: `
    entity_type text NOT NULL CHECK (entity_type <> ''),
    source_connection_id uuid NOT NULL,
    destination_connection_id uuid NOT NULL,
    external_id text NOT NULL CHECK (external_id <> ''),
    fingerprint text,
    error_class text NOT NULL,
    message text NOT NULL,
    is_conflict boolean NOT NULL DEFAULT false,
    refused_at timestamptz NOT NULL DEFAULT now(),
    left_since timestamptz,
    tried_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, entity_type, source_connection_id, destination_connection_id, external_id)`,
  // One row an item that failed or was skipped.
  sync_items: `
    sync_id text NOT NULL CHECK (sync_id <> ''),
    external_id text NOT NULL CHECK (external_id <> ''),
    outcome text NOT NULL CHECK (outcome IN ('failed', 'skipped', 'warned')),
    error_class text NOT NULL,
    message text NOT NULL,
    payload jsonb,
    attempts integer NOT NULL DEFAULT 1 CHECK (attempts > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, sync_id, external_id)`,
};
