import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import ts from 'typescript';
import { CONNECTION_SECRETS } from '../../../src/connectors/credentials/credential.sql.ts';
import { erasePage, STORES } from '../../../src/erasures/erased.stores.ts';
import { ENDPOINT_SECRETS } from '../../../src/webhook-endpoints/endpoint.sql.ts';
import { all, type Body, isBody, list, type Tree, walk } from './syntax.ts';

/** A statement of the tree, parsed. */
export interface Source {
  /** `src/runs/runs.sql.ts: startRun`, `app.commit_batch`. */
  readonly place: string;
  readonly statement: Tree;
  /** Of a function: its arguments and variables. */
  readonly variables: ReadonlySet<string>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

await loadModule();

export const parseAll = (text: string): Tree[] =>
  list((parseSync(text) as unknown as Body).stmts).map((each) => (each as Body).stmt);

const tryParse = (text: string): Tree[] | undefined => {
  try {
    return parseAll(text);
  } catch {
    return undefined;
  }
};

const sourceFiles = (isWanted: (file: string) => boolean): string[] =>
  readdirSync(`${ROOT}/src`, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter(isWanted)
    .sort();

export interface FunctionRow {
  /** `app.commit_batch`. */
  readonly name: string;
  readonly language: string;
  /** CREATE FUNCTION as Postgres prints it. */
  readonly definition: string;
  readonly body: string;
  readonly names: readonly string[];
}

/** The statements of a function; of its texts that EXECUTE is given, those that can be read with a name in place of what is put in. */
export function statementsOfFunction({ name, language, definition, body, names }: FunctionRow): Source[] {
  const source = (variables: ReadonlySet<string>) => (statement: Tree) => ({ place: name, statement, variables });
  if (language === 'sql') {
    const own = new Set(names);
    // A body of one expression: RETURN …
    return (tryParse(body) ?? all(parseAll(definition), 'SelectStmt').map((each) => ({ SelectStmt: each }))).map(
      source(own),
    );
  }
  // The parser knows no types but Postgres' own, and of an unknown one it takes only what is no array.
  const tree = parsePlPgSQLSync(definition.replaceAll(/\b(?:app|public)\.\w+\[\]/g, 'text[]')) as unknown as Tree;
  const datums = [...plpgsql(tree, 'PLpgSQL_var'), ...plpgsql(tree, 'PLpgSQL_rec'), ...plpgsql(tree, 'PLpgSQL_row')];
  // Columns that a function returns are variables only where no table has a column of the name.
  const usesColumns = /#variable_conflict use_column/.test(body);
  const variables = new Set(
    [...names, ...datums.map(({ refname }) => String(refname))].filter(
      (each) => !usesColumns || !/^(org_id|sync_id)$/.test(each),
    ),
  );
  const texts = plpgsql(tree, 'PLpgSQL_expr').map(({ query }) => String(query));
  return texts.flatMap((text) => [...plain(text), ...executed(text)]).map(source(variables));
}

/** A condition, an assignment and a default are expressions. */
function plain(text: string): Tree[] {
  const expression = text.replace(/^\s*[\w.]+(?:\[[^\]]*\])?\s*:?=(?!=)/, '');
  const parsed = tryParse(text) ?? tryParse(`SELECT ${text}`) ?? tryParse(`SELECT ${expression}`);
  if (!parsed) throw new Error(`cannot be parsed: ${text}`);
  return parsed;
}

/** Statements in the literals of an expression: of EXECUTE, and of texts that are put together for it. */
function executed(text: string): Tree[] {
  return all(tryParse(text) ?? tryParse(`SELECT ${text}`) ?? [], 'A_Const')
    .map((constant) => (isBody(constant.sval) ? String(constant.sval.sval) : ''))
    .filter((literal) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|SET)\b/i.test(literal))
    .flatMap((literal) => tryParse(literal.replaceAll(/%(?:\d+\$)?[sIL]/g, 'x')) ?? []);
}

function plpgsql(tree: Tree, kind: string): Body[] {
  const found: Body[] = [];
  walk([tree], (each, body) => {
    if (each === kind) found.push(body);
    return true;
  });
  return found;
}

/** Something of every kind: a text, a list of one, a record whose members are the same. What statements are put together from. */
const anything = (seen: unknown): unknown =>
  new Proxy(() => anything(seen), {
    get: (_, name) => {
      if (name === Symbol.toPrimitive || name === 'toString' || name === 'valueOf' || name === 'toJSON')
        return () => seen;
      if (name === Symbol.iterator) return [anything(seen)][Symbol.iterator].bind([anything(seen)]);
      if (name === 'length' || name === 'size') return 1;
      if (name === 'map' || name === 'flatMap')
        return (each: (value: unknown, index: number) => unknown) => [each(anything(seen), 0)];
      if (name === 'join') return () => seen;
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return anything(seen);
    },
  });

/** What a statement may be asked to be put together from: each branch of its text has one of these that leads to it. */
const ARGUMENTS: readonly unknown[] = [
  ...[anything('x'), anything('1'), undefined, null, {}, true, false, 0, []],
  ...['a', 'b', 'cancel', 'pause', 'resume'],
];

/** The statements of the service's `*.sql.ts`: what their functions return for arguments of several kinds. */
export async function statementsOfModules(): Promise<{ sources: Source[]; silent: string[] }> {
  const files = sourceFiles((file) => file.endsWith('.sql.ts'));
  const sources: Source[] = [];
  const silent: string[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(`${ROOT}/src/${file}`).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      const place = `src/${file}: ${name}`;
      const texts = typeof value === 'function' ? textsOf(value as (...given: unknown[]) => unknown) : textsIn(value);
      if (typeof value === 'function')
        for (const given of GIVEN[name] ?? []) for (const text of textsIn(value(...given))) texts.add(text);
      const parsed = [...texts].flatMap((text) => tryParse(text) ?? []);
      if (parsed.length === 0) silent.push(place);
      sources.push(...parsed.map((statement) => ({ place, statement, variables: new Set<string>() })));
    }
  }
  return { sources, silent };
}

const NAMED_RUNS = ['retry', 'webhook', 'apply'].map((kind) => ({ kind, org_id: 'org', sync_id: 'sync', filters: {} }));
const namesOf = (secrets: object): object => Object.fromEntries(Object.keys(secrets).map((name) => [name, null]));

/** For those that are put together from what a module knows, such as the names of its columns. */
const GIVEN: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  sealedWithOlderKeys: [CONNECTION_SECRETS, ENDPOINT_SECRETS].map((table) => [
    table,
    'org',
    'key',
    { after: null, limit: 1 },
  ]),
  storeSealed: [CONNECTION_SECRETS, ENDPOINT_SECRETS].map((table) => [
    table,
    'org',
    { id: 'id', secrets: namesOf(table.secrets) },
  ]),
  namedItems: NAMED_RUNS.map((run) => [run, '']),
  countNamedItems: NAMED_RUNS.map((run) => [run]),
};

/** The statements that are no part of a `*.sql.ts`: literals that begin as one does. */
export function statementsOfLiterals(): Source[] {
  const files = sourceFiles((file) => /\.ts$/.test(file) && !/\.(sql|test)\.ts$/.test(file));
  const texts = files.map((file) => ({ file, text: readFileSync(`${ROOT}/src/${file}`, 'utf8') }));
  // Only what may have one is taken apart.
  return texts
    .filter(({ text }) => /(FROM|INTO|UPDATE) (public|auth|app)\./.test(text))
    .flatMap(({ file, text }) =>
      literalsOf(text)
        .flatMap((text) => tryParse(text) ?? [])
        .map((statement) => ({ place: `src/${file}`, statement, variables: new Set<string>() })),
    );
}

function literalsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node))
      found.push(node.head.text + node.templateSpans.map(({ literal }) => `x${literal.text}`).join(''));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('any.ts', text, ts.ScriptTarget.Latest));
  return found.filter((each) => /^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s/.test(each));
}

/** What an erasure looks through each table with. */
export const statementsOfErasures = (): Source[] =>
  STORES.flatMap((store) =>
    [null, ['x']].flatMap((place) =>
      parseAll(
        erasePage(store, { orgId: 'org', email: null, subjects: [], terms: null, pseudonym: 'x' }, place, 1).text,
      ).map((statement) => ({
        place: `src/erasures/erased.stores.ts: ${store.name}`,
        statement,
        variables: new Set<string>(),
      })),
    ),
  );

function textsOf(make: (...given: unknown[]) => unknown): Set<string> {
  const found = new Set<string>();
  for (const first of ARGUMENTS)
    for (const rest of ARGUMENTS) {
      try {
        for (const text of textsIn(make(first, rest, rest, rest, rest))) found.add(text);
      } catch {
        // Not for such arguments.
      }
    }
  return found;
}

function textsIn(made: unknown): Set<string> {
  if (Array.isArray(made)) return new Set(made.flatMap((each) => [...textsIn(each)]));
  const text = typeof made === 'string' ? made : (made as { text?: unknown } | null | undefined)?.text;
  return new Set(typeof text === 'string' ? [text] : []);
}
