import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { functionsOf, layoutOf } from './citus/layout.ts';
import { distributedTables, SCHEMA_RULES, schemaFindings } from './citus/schema.rules.ts';
import {
  statementsOfErasures,
  statementsOfFunction,
  statementsOfLiterals,
  statementsOfModules,
} from './citus/sources.ts';
import { findingsOf, STATEMENT_RULES } from './citus/statement.rules.ts';
import { TO_MEND } from './citus/to.mend.ts';

// A distributed Postgres (Citus) refuses what the rules in ./citus name. It is not to be had here, so every statement and policy of the service is
// held against them.

let database: TestDatabase;
let distributed: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  distributed = await distributedTables(database.superuserUrl);
});
afterAll(() => database.drop());

/** It asks the extension for the size where the table is distributed. */
const ASKS_THE_SHARDS = 'shell-size | app.takes_space | pg_relation_size';

const toMend = (rules: object): string[] => TO_MEND.filter((line) => (line.split(' | ')[0] as string) in rules).sort();

it('Citus can distribute every table: no policy has a sub-select, and no key or foreign key lacks org_id', async () => {
  const found = await schemaFindings(database.superuserUrl, distributed);
  expect(found.map(({ rule, place }) => `${rule} | ${place}`).sort()).toEqual(toMend(SCHEMA_RULES));
});

it('Citus plans every statement of the functions and of the service', async () => {
  const layout = await layoutOf(database.superuserUrl, distributed);
  const { sources } = await statementsOfModules();
  const functions = (await functionsOf(database.superuserUrl)).flatMap(statementsOfFunction);
  const found = [...functions, ...sources, ...statementsOfLiterals(), ...statementsOfErasures()].flatMap((source) =>
    findingsOf(source.statement, { ...layout, variables: source.variables }).map(
      ({ rule, what }) => `${rule} | ${source.place} | ${what}`,
    ),
  );
  expect([...new Set(found)].sort()).toEqual([...toMend(STATEMENT_RULES), ASKS_THE_SHARDS].sort());
});

it('every function of a *.sql.ts is held against the rules, but those that make no statement', async () => {
  const { silent } = await statementsOfModules();
  expect(silent.map((place) => place.replace(/^.*: /, ''))).toEqual([
    ...[
      'CONNECTION_SECRETS',
      'toSealedRow',
      'DEFAULT_SETTINGS',
      'sourceSide',
      'systemsOf',
      'isBinding',
      'itemsOf',
      'runOf',
      'inAll',
    ],
    'ENDPOINT_SECRETS',
  ]);
});

it('statements in functions, modules and other files are found at all', async () => {
  const { sources } = await statementsOfModules();
  expect((await functionsOf(database.superuserUrl)).flatMap(statementsOfFunction).length).toBeGreaterThan(500);
  expect(sources.length).toBeGreaterThan(200);
  expect(statementsOfLiterals().length).toBeGreaterThan(20);
});
