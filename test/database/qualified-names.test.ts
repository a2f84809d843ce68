import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// A pooled connection may come from another client that left its search path behind, so no name may lean on it. The whole suite runs
// with an empty one (test/support/test-service.ts); this finds what the suite does not reach.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it("Another client's search_path does not break a call: every table and function in a statement is written with its schema", async () => {
  const relations = await sql<{ name: string }>(
    database.superuserUrl,
    `SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v')
        AND c.relnamespace::regnamespace::text IN ('public', 'app', 'auth', 'pgboss') AND NOT c.relispartition`,
  );
  const functions = await sql<{ name: string }>(
    database.superuserUrl,
    `SELECT DISTINCT p.proname AS name FROM pg_proc p WHERE p.pronamespace::regnamespace::text IN ('public', 'app', 'auth')`,
  );
  const either = (rows: { name: string }[]) => rows.map(({ name }) => name).join('|');
  const bare = new RegExp(
    String.raw`\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE|ONLY|ON) (?:${either(relations)})\b(?!\.)` +
      String.raw`|(?<![\w.'])(?:${either(functions)})\((?!\))`,
  );
  const found = ['src', 'migrations']
    .flatMap((folder) =>
      readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => /\.sql$|\.sql\.ts$|^migrations\/.*\.ts$/.test(file) || /(?<!test)\.ts$/.test(file))
    .flatMap((file) =>
      readFileSync(`${ROOT}/${file}`, 'utf8')
        .split('\n')
        .map((line) => ({ file, line: line.trim() }))
        .filter(({ line }) => !/^(--|\*|\/\/|\/\*\*)/.test(line) && /[`'"]|^[A-Z]|\.sql/.test(line) && bare.test(line)),
    );
  expect(found).toEqual([]);
});
