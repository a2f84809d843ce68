import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { readGuide } from '../guide/guide.parser.ts';
import { tableUnder } from '../support/markdown-table.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

const PAGE = 'docs/sql.md';
const page = readFileSync(PAGE, 'utf8');

/** Rows as text, and the SQLSTATE of the first error. */
interface Output {
  readonly rows: string[];
  readonly state: string | undefined;
}
/** Runs steps of one statement or more in one session. */
type Way = (url: string, steps: readonly (readonly string[])[]) => Promise<Output[]>;

/** The program, from outside of TypeScript: what it sends is what a person sends. */
const byPsql: Way = async (url, steps) => {
  const script = steps.map((statements, step) =>
    statements.map((statement) => `${statement.trim().replace(/;$/, '')};\n\\echo @${step} :SQLSTATE\n`).join(''),
  );
  const child = promisify(execFile)('psql', ['-XAtq', '-v', 'org=org-123', '-v', 'sync=sync-1', url]);
  child.child.stdin?.end(script.join(''));
  const { stdout } = await child;
  const outputs = steps.map((): { rows: string[]; state?: string } => ({ rows: [] }));
  let rows: string[] = [];
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [, step, state] = /^@(\d+) ([0-9A-Z]{5})$/.exec(line) ?? [];
    if (step === undefined) rows.push(line);
    else {
      const output = outputs[Number(step)] as (typeof outputs)[number];
      output.rows.push(...rows);
      if (state !== '00000') output.state ??= state;
      rows = [];
    }
  }
  return outputs.map(({ rows: found, state }) => ({ rows: found, state }));
};

const byDriver: Way = async (url, steps) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const shown = (value: unknown) => (typeof value === 'boolean' ? (value ? 't' : 'f') : (value ?? ''));
  const outputs: Output[] = [];
  try {
    for (const statements of steps) {
      const text = statements.join(';\n').replaceAll(":'org'", "'org-123'").replaceAll(":'sync'", "'sync-1'");
      try {
        const results = [await client.query({ text, rowMode: 'array' })].flat();
        const rows = results.flatMap((result) => result.rows as unknown as unknown[][]);
        outputs.push({ rows: rows.map((row) => row.map(shown).join('|')), state: undefined });
      } catch (error) {
        outputs.push({ rows: [], state: (error as pg.DatabaseError).code });
      }
    }
    return outputs;
  } finally {
    await client.end();
  }
};

const hasPsql = ((): boolean => {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('SKIPPED: there is no psql, so the SQL contract is tested with the driver only.');
    return false;
  }
})();

/** What the guide's statements are given, in their order; a state where no Postgres runs them, or no login may. */
const GUIDE: readonly { readonly values?: readonly string[]; readonly state?: string }[] = [
  { values: ['org-123', 'guide-1', 'maria'] },
  { values: ['10', '1', '11', 'org-123', 'guide-1'] },
  { values: ['org-123'] },
  { values: ['org-123', 'odoo', '{}', 'maria', 'key'] },
  { values: ['key'] },
  { values: ['org-123', '7'] },
  { values: ['org-123', '7'] },
  { values: ['org-123', 'maria'] },
  { values: ['org-123', 'guide-2', '5', 'maria'] },
  { values: ['org-123', 'guide-2', '{"customerId": 1}', 'maria'] },
  { values: ['4', '0', '4', 'org-123', 'guide-2'] },
  { values: ['1', 'org-123', 'guide-2'] },
  { values: ['org-123'] },
  { values: ['1', '1', 'org-123', 'guide-1'], state: '42725' },
  {},
  { state: '42803' },
  {},
  { values: ['maria'] },
  { state: '42501' },
  {},
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe.each([...(hasPsql ? [['psql', byPsql] as const] : []), ['the driver', byDriver] as const])(
  'By %s',
  (_, run) => {
    let url: string;
    beforeAll(async () => {
      const name = `page_${randomBytes(6).toString('hex')}`;
      await sql(
        database.superuserUrl,
        'TRUNCATE public.sync_progress, public.sync_activity_log, public.sync_preview_cache CASCADE',
      );
      const password = await SqlRoles.with(database.ownerUrl, (roles) => roles.create(name, 'org-123', 'maria'));
      url = urlOfRole(database.ownerUrl, name, password as string);
    });

    it("the page's statements take a sync from its start to its end", async () => {
      const statements = [...page.matchAll(/^```sql\n-- ([^\n]*)\n(.*?)^```$/gms)];
      expect(statements.map(([, name]) => name)).toEqual([
        ...['start', 'report', 'log a failed item', 'end', 'read the trail', 'store a preview'],
      ]);
      const outputs = await run(
        url,
        statements.map(([, , statement]) => [statement as string]),
      );
      expect(outputs.filter(({ state }) => state !== undefined)).toEqual([]);
      expect(outputs.map(({ rows }) => rows)).toEqual([
        [],
        ['1|1|running|f|f'],
        [],
        ['completed_with_errors|t'],
        [
          'batch_process|completed_with_errors|maria|Invalid email address',
          'sync_completed|completed_with_errors|maria|1 of 3 items failed',
        ],
        [],
      ]);
    });

    it("each of the page's SQLSTATEs is what its example raises", async () => {
      const [, ...rows] = tableUnder(PAGE, '## SQLSTATEs');
      expect(rows.length).toBeGreaterThan(8);
      const outputs = await run(
        url,
        rows.map(([, , example = '']) => [example.slice(1, -1)]),
      );
      expect(outputs.map(({ state }) => state)).toEqual(rows.map(([state]) => state?.slice(1, -1)));
    });

    it("the guide's statements run, each as the guide prints it, with the SQLSTATE of those that cannot", async () => {
      // As the driver does: parameters have no type but the one that the statement gives them.
      const steps = readGuide().statements.map(({ sql: statement }, index) => {
        const { values } = GUIDE[index] ?? {};
        if (!values) return [statement];
        return [
          `PREPARE guide${index} AS ${statement}`,
          `EXECUTE guide${index}(${values.map(pg.escapeLiteral).join(', ')})`,
        ];
      });
      const raised = (await run(url, steps)).map(({ state }) => state);
      expect(raised).toEqual(GUIDE.map(({ state }) => state));
    });
  },
);

const TABLES = [...page.matchAll(/^### `([a-z_]+)\.([a-z_]+)`$/gm)].map(([heading, schema, table]) => ({
  ...{ heading, name: `${schema}.${table}` },
}));

it('the page lists every column that a login reads, with its type, whether it may be null, and what the login may do', async () => {
  const columns = await sql<{ name: string; cells: string[] }>(
    database.ownerUrl,
    `SELECT k.relnamespace::regnamespace || '.' || k.relname AS name,
            ARRAY['\`' || a.attname || '\`', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END,
              concat_ws(', ', CASE WHEN has_column_privilege('sync_sql', k.oid, a.attnum, 'SELECT') THEN 'read' ELSE 'read (payloads)' END, CASE WHEN has_column_privilege('sync_sql', k.oid, a.attnum, 'INSERT') THEN 'insert' END,
                                      CASE WHEN has_column_privilege('sync_sql', k.oid, a.attnum, 'UPDATE') THEN 'update' END)] AS cells
       FROM pg_attribute AS a JOIN pg_class AS k ON k.oid = a.attrelid
      WHERE k.relnamespace::regnamespace::text IN ('app', 'auth', 'public') AND k.relkind IN ('r', 'p', 'v', 'm')
        AND a.attnum > 0 AND NOT a.attisdropped AND (has_column_privilege('sync_sql', k.oid, a.attnum, 'SELECT')
          OR has_column_privilege('sync_sql_payloads', k.oid, a.attnum, 'SELECT'))
      ORDER BY 1, a.attnum`,
  );
  const inDatabase = columns.map(({ name, cells }) => [name, ...cells]);
  const onPage = TABLES.toSorted((a, b) => (a.name < b.name ? -1 : 1)).flatMap(({ heading, name }) =>
    tableUnder(PAGE, heading)
      .slice(1)
      .map((cells) => [name, ...cells.slice(0, 4)]),
  );
  expect(onPage).toEqual(inDatabase);
});

it('a login may delete from no table, and may call each function of the page', async () => {
  const names = TABLES.map(({ name }) => name);
  const deleting = `SELECT name FROM unnest($1::text[]) AS name WHERE has_table_privilege('sync_sql', name, 'DELETE')`;
  expect(await sql(database.ownerUrl, deleting, [names])).toEqual([]);
  const functions = tableUnder(PAGE, '## Functions').slice(1);
  const found = await sql<{ result: string; may: boolean }>(
    database.ownerUrl,
    `SELECT pg_get_function_result(p.oid) AS result, has_function_privilege(CASE WHEN p.proname = 'with_persons' THEN 'sync_sql_payloads' ELSE 'sync_sql' END, p.oid, 'EXECUTE') AS may
       FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place) JOIN pg_proc AS p ON p.oid = named.name::regprocedure
      ORDER BY named.place`,
    [functions.map(([name]) => name?.slice(1, -1))],
  );
  expect(found).toEqual(functions.map(([, result]) => ({ result, may: true })));
});

it('every SQLSTATE of our own is on the page', () => {
  expect(page).toContain('`SY001`');
  expect(page).not.toContain('SY002');
});
