import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

/** The rule is in CONTRIBUTING.md. Each of these folders of test/ mirrors no folder of src/. */
const OTHER_FOLDERS = [
  ...[
    'attack',
    'browser',
    'chaos',
    'clients',
    'demo',
    'docs',
    'embedded-postgres',
    'guide',
    'histories',
    'openapi-tools',
    'ops',
  ],
  ...['interleavings', 'postgres-versions', 'process', 'recordings', 'sandbox', 'simulation', 'support', 'year'],
];
const LOOSE_FILES = ['conventions.test.ts', 'smoke.ts'];

/** Unit tests, beside their source. */
const unitTests = globSync('{src,sandbox,web,clients,packages}/**/*.test.{ts,tsx}', {
  exclude: (path) => /(^|\/)(node_modules|dist)$/.test(String(path)),
});

/** What needs a server, a database or a browser, by what it imports or calls. */
const NEEDS = {
  'the support of tests of the service': /from '[./]+\/test\/support\//,
  'a server': /\bcreateServer\b[^;]*from 'node:(http|https|net)'|\bstart(WooCommerce|Odoo)Sandbox\b|\.listen\(/,
  'a database': /from 'pg'/,
  'a browser': /from 'playwright[^']*'/,
};

it('test/ holds folders, and only these files', () => {
  const files = readdirSync('test', { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name).filter((name) => !LOOSE_FILES.includes(name))).toEqual([]);
});

it('every folder of test/ mirrors one of src/ or is named above', () => {
  const folders = readdirSync('test', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const strange = folders.filter(({ name }) => !existsSync(`src/${name}`) && !OTHER_FOLDERS.includes(name));
  expect(strange.map(({ name }) => `test/${name}`)).toEqual([]);
});

it('every variable by which a test tries more stands in CONTRIBUTING.md', () => {
  const named = readFileSync('CONTRIBUTING.md', 'utf8');
  const tests = [...globSync('test/**/*.ts', { exclude: (path) => /node_modules/.test(String(path)) }), ...unitTests];
  const variables = tests.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const read = [...text.matchAll(/process\.env\.([A-Z_]+) \?\? \d/g)];
    const taken = [...text.matchAll(/\{([^{}]*)\} = process\.env;/g)].flatMap(([, names = '']) => [
      ...names.matchAll(/([A-Z_]+) = '\d+'/g),
    ]);
    return [...read, ...taken].map(([, name]) => name as string);
  });
  expect(variables).toContain('MATCHING_MIXES');
  expect([...new Set(variables)].filter((name) => !named.includes(`\`${name}\``))).toEqual([]);
});

it('what stands beside its source needs no server, no database and no browser', () => {
  expect(unitTests.length).toBeGreaterThan(20);
  const offenders = unitTests.flatMap((file) => {
    const text = withHelpers(file);
    return Object.entries(NEEDS).flatMap(([what, pattern]) => (pattern.test(text) ? [`${file} needs ${what}`] : []));
  });
  expect(offenders).toEqual([]);
});

/** The text of a test and of the helpers that it imports. */
function withHelpers(file: string): string {
  const text = readFileSync(file, 'utf8');
  const helpers = [...text.matchAll(/from '(\.[^']*\.(?:support|fixture)\.tsx?)'/g)].map(([, path]) => path as string);
  return [text, ...helpers.map((path) => readFileSync(join(dirname(file), path), 'utf8'))].join('\n');
}
