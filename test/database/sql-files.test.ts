import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { migrate, revert } from '../../src/database/migrate.ts';
import { createPool } from '../../src/database/pool.ts';
import { schemaState } from '../../src/database/readiness.ts';
import { type SqlFile, sqlFile, sqlFiles } from '../../src/database/sql.files.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

const NOTHING = { migrations: [], applied: [], dropped: [] };

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const snapshot = () => schemaSnapshot(database.ownerUrl);
const migrateWith = (...more: SqlFile[]) => migrate(database.ownerUrl, { files: [...sqlFiles, ...more] });
const run = <Row extends object>(text: string) => sql<Row>(database.ownerUrl, text);

/** A file of a module, as a later version may have it. */
const extra = (text: string) => sqlFile('webhooks/sql/extra.sql', text);
const fn = (name: string, parameters: string, returns: string, body: string) =>
  `CREATE OR REPLACE FUNCTION ${name}(${parameters}) RETURNS ${returns} LANGUAGE plpgsql AS $$ ${body} $$;`;

function changed(name: string, change: (text: string) => string): SqlFile[] {
  return sqlFiles.map((file) => (file.name === name ? sqlFile(name, change(file.text)) : file));
}

describe('an SQL file that changes', () => {
  it('is applied again, and no other', async () => {
    await migrateWith(extra(fn('app.extra', 'n integer', 'integer', 'BEGIN RETURN n; END')));
    const changedFile = extra(fn('app.extra', 'n integer', 'integer', 'BEGIN RETURN n + 1; END'));
    expect(await migrateWith(changedFile)).toEqual({ ...NOTHING, applied: [changedFile.name] });
    expect(await run('SELECT app.extra(1)')).toEqual([{ extra: 2 }]);
    expect(await migrateWith(changedFile)).toEqual(NOTHING);
  });

  it.each([
    'preview-cache/sql/auto_cleanup_preview_cache.sql',
    'tenancy/sql/organizations.sql',
    'activity/sql/partitions.sql',
    'progress/sql/end_of_sync.sql',
  ])('leaves owners, rights and settings as they were: %s', async (name) => {
    const before = await snapshot();
    const files = changed(name, (text) => `${text}\n-- one more line`);
    expect(await migrate(database.ownerUrl, { files })).toEqual({ ...NOTHING, applied: [name] });
    expect(await snapshot()).toEqual(before);
  });

  it('gives its functions another signature: the old one is dropped and reported', async () => {
    await migrateWith(extra(fn('app.extra', 'n integer', 'integer', 'BEGIN RETURN n; END')));
    const report = await migrateWith(
      extra(fn('app.extra', 'n integer, more integer DEFAULT 1', 'integer', 'BEGIN RETURN n + more; END')),
    );
    expect(report.dropped).toEqual(['ROUTINE app.extra(n integer)']);
    expect(await run('SELECT app.extra(1)')).toEqual([{ extra: 2 }]);
  });

  it.each([
    ['returns something else', 'n integer', 'text'],
    ['calls a parameter by another name', 'm integer', 'integer'],
  ])('replaces a function that %s, with the trigger that hangs on it', async (_what, parameters, returns) => {
    const trigger = `
      ${fn('app.extra_trigger', '', 'trigger', 'BEGIN RETURN NULL; END')}
      CREATE OR REPLACE TRIGGER extra AFTER INSERT ON public.sync_slots FOR EACH ROW EXECUTE FUNCTION app.extra_trigger();`;
    await migrateWith(extra(fn('app.extra', 'n integer', 'integer', 'BEGIN RETURN 1; END') + trigger));
    await migrateWith(extra(fn('app.extra', parameters, returns, 'BEGIN RETURN 2; END') + trigger));
    expect(
      await run(`SELECT app.extra(1)::text, (SELECT count(*)::int FROM pg_trigger WHERE tgname = 'extra') AS triggers`),
    ).toEqual([{ extra: '2', triggers: 1 }]);
  });
});

describe('what no SQL file defines any more', () => {
  it('is dropped with its file and reported: functions, triggers and views', async () => {
    const before = await snapshot();
    await migrateWith(
      extra(`
        ${fn('public.extra', '', 'trigger', 'BEGIN RETURN NULL; END')}
        CREATE OR REPLACE TRIGGER extra AFTER INSERT ON public.sync_slots FOR EACH ROW EXECUTE FUNCTION public.extra();
        CREATE OR REPLACE VIEW app.extra WITH (security_invoker = true) AS SELECT sync_id FROM public.sync_slots;`),
    );
    expect(await migrateWith()).toEqual({
      ...NOTHING,
      dropped: ['TRIGGER extra ON public.sync_slots', 'VIEW app.extra', 'ROUTINE public.extra()'],
    });
    expect(await snapshot()).toEqual(before);
  });

  it('is dropped from the schemas that are ours alone, also when somebody made it by hand', async () => {
    await run(fn('app.by_hand', '', 'integer', 'BEGIN RETURN 1; END'));
    expect(await migrateWith()).toEqual({ ...NOTHING, dropped: ['ROUTINE app.by_hand()'] });
  });

  it('is left alone in public, where others may have theirs, even on a table of ours', async () => {
    await run(`
      ${fn('public.theirs', '', 'trigger', 'BEGIN RETURN NULL; END')}
      CREATE TRIGGER theirs AFTER INSERT ON public.sync_slots FOR EACH ROW EXECUTE FUNCTION public.theirs();
      CREATE VIEW public.their_view AS SELECT 1 AS one;`);
    expect(await migrateWith()).toEqual(NOTHING);
    expect(await run(`SELECT count(*)::int AS triggers FROM pg_trigger WHERE tgname = 'theirs'`)).toEqual([
      { triggers: 1 },
    ]);
  });
});

describe('a migrate that fails', () => {
  it('leaves nothing behind, names the file and reports the mistakes that plpgsql finds', async () => {
    const empty = await createTestDatabase({ empty: true });
    const before = await schemaSnapshot(empty.ownerUrl);
    const shadowing = extra(fn('app.extra', 'n integer', 'integer', 'DECLARE n integer; BEGIN RETURN n; END'));
    await expect(migrate(empty.ownerUrl, { files: [...sqlFiles, shadowing] })).rejects.toThrow(
      'webhooks/sql/extra.sql: variable "n" shadows a previously defined variable',
    );
    expect(await schemaSnapshot(empty.ownerUrl)).toEqual(before);
    await empty.drop();
  });
});

describe('two that migrate at once', () => {
  it('do it once: the second finds nothing to do', async () => {
    const empty = await createTestDatabase({ empty: true });
    const reports = await Promise.all([migrate(empty.ownerUrl), migrate(empty.ownerUrl)]);
    const [all, nothing] = reports[0].migrations.length > 0 ? reports : reports.toReversed();
    expect(all).toMatchObject({ migrations: { length: migrations.length }, applied: { length: sqlFiles.length } });
    expect(nothing).toEqual(NOTHING);
    await empty.drop();
  });

  it('apply a changed file once', async () => {
    const files = [...sqlFiles, extra(fn('app.extra', '', 'integer', 'BEGIN RETURN 1; END'))];
    const reports = await Promise.all([1, 2, 3].map(() => migrate(database.ownerUrl, { files })));
    expect(reports.flatMap(({ applied }) => applied)).toEqual(['webhooks/sql/extra.sql']);
  });

  it('do not disturb each other on two databases of one server, which share the roles', async () => {
    const both = await Promise.all([createTestDatabase({ empty: true }), createTestDatabase({ empty: true })]);
    await Promise.all(both.map(({ ownerUrl }) => migrate(ownerUrl)));
    const [one, other] = await Promise.all(both.map(({ ownerUrl }) => schemaSnapshot(ownerUrl)));
    expect(one).toEqual(other);
    await Promise.all(both.map((each) => each.drop()));
  });
});

describe('the state of the schema that the service looks at', () => {
  const state = async () => {
    const pool = createPool(database.appUrl, { max: 1, runMs: 30_000 });
    try {
      return await schemaState(pool);
    } finally {
      await pool.end();
    }
  };

  it('is current after a migrate', async () => {
    expect(await state()).toBe('current');
  });

  it('is different when a file was applied with another content', async () => {
    await migrate(database.ownerUrl, { files: changed('runs/sql/lease.sql', (text) => `${text}-- newer`) });
    expect(await state()).toBe('different');
  });

  it('is behind when a file or a migration was never applied', async () => {
    await migrate(database.ownerUrl, { files: sqlFiles.filter(({ name }) => name !== 'runs/sql/lease.sql') });
    expect(await state()).toBe('behind');
    await migrate(database.ownerUrl);
    expect(await state()).toBe('current');
    await revert(database.ownerUrl);
    expect(await state()).toBe('behind');
    await revert(database.ownerUrl, { all: true });
    expect(await state()).toBe('behind');
  });
});
