import { organizationsOf } from './organizations.ts';
import {
  aliasOf,
  all,
  type Body,
  bodyOf,
  fieldsOf,
  functionName,
  isBody,
  list,
  relationName,
  type Tree,
  walk,
} from './syntax.ts';
import { callsOf, mutableBranches, type Names, stableCallsOfColumns } from './volatility.ts';

/**
 * What Citus refuses in a statement, by the message that it refuses it with. The first five were seen on a real Citus 13.2; the others stand in its
 * planner (multi_router_planner.c, insert_select_planner.c, recursive_planning.c), and so does what it takes of an INSERT from a SELECT.
 */
export const STATEMENT_RULES = {
  'insert-select': 'COPY FROM not supported with row-level security',
  'returning-mutable': 'non-IMMUTABLE functions are not allowed in the RETURNING clause',
  ctid: 'modifications with ctid on where clause are not supported',
  'set-config': 'set_config of the organization stays on the coordinator: new row violates row-level security policy',
  merge: 'MERGE from what is no distributed table is not supported',
  'insert-subselect': 'subqueries are not supported within INSERT queries',
  'update-volatile': 'functions used in UPDATE queries on distributed tables must not be VOLATILE',
  'stable-of-column': 'STABLE functions used in UPDATE queries cannot be called with column references',
  'mutable-branch': 'non-IMMUTABLE functions are not allowed in CASE or COALESCE statements',
  'conflict-mutable':
    'functions used in the DO UPDATE SET clause of INSERTs on distributed tables must be marked IMMUTABLE',
  'moves-organization': 'modifying the partition value of rows is not allowed',
  'locks-many': 'could not run distributed query with FOR UPDATE/SHARE commands',
  'recursive-many': 'recursive CTEs are only supported when they contain a filter on the distribution column',
  'lateral-many':
    'complex joins are only supported when all distributed tables are joined on their distribution columns',
  'modifies-with-local': 'relation is not distributed: a modification joins a distributed table with a local one',
  'shell-size': 'of a distributed table pg_relation_size tells the size of the empty shell on the coordinator',
} as const;
export type StatementRule = keyof typeof STATEMENT_RULES;

export interface Finding {
  readonly rule: StatementRule;
  /** What of the statement it is about. */
  readonly what: string;
}

export interface Layout extends Names {
  /** `public.sync_runs`. */
  readonly distributed: ReadonlySet<string>;
}

/** What Citus refuses of one parsed statement. */
export function findingsOf(statement: Tree, layout: Layout): Finding[] {
  const found: Finding[] = [];
  const add = (rule: StatementRule, what: string) => {
    if (!found.some((other) => other.rule === rule && other.what === what)) found.push({ rule, what });
  };
  walk([statement], (kind, body) => {
    if (kind === 'InsertStmt') inserted(body, layout, add);
    if (kind === 'UpdateStmt' || kind === 'DeleteStmt') modified(kind, body, layout, add);
    if (kind === 'MergeStmt' && isTarget(body, layout)) add('merge', target(body));
    if (kind === 'FuncCall' && /^pg_(total_)?(relation|table|indexes)_size$/.test(functionName(body)))
      add('shell-size', functionName(body));
    if (kind === 'FuncCall' && functionName(body) === 'set_config' && namesOrganization(body))
      add('set-config', 'app.current_org_id');
    return true;
  });
  acrossOrganizations(statement, layout, add);
  return found;
}

type Add = (rule: StatementRule, what: string) => void;

const target = (body: Body): string => relationName(body.relation as Body);
const isTarget = (body: Body, { distributed }: Layout): boolean =>
  isBody(body.relation) && distributed.has(target(body));
const namesOrganization = (call: Body): boolean => JSON.stringify(call.args).includes('app.current_org_id');

function inserted(body: Body, layout: Layout, add: Add): void {
  if (!isTarget(body, layout)) return;
  const select = bodyOf(body.selectStmt, 'SelectStmt');
  if (select) {
    if (list(select.valuesLists).length > 0) {
      if (all(select.valuesLists, 'SubLink').length > 0) add('insert-subselect', `VALUES of ${target(body)}`);
    } else if (!isFromDistributed(body, select, layout)) add('insert-select', target(body));
  }
  returned(body, layout, add);
  if (all([returningOf(body)], 'SubLink').length > 0) add('insert-subselect', `RETURNING of ${target(body)}`);
  const conflict = isBody(body.onConflictClause) ? body.onConflictClause : undefined;
  for (const call of callsOf([conflict?.targetList, conflict?.whereClause], 'stable', layout))
    add('conflict-mutable', call);
  if (all([conflict?.targetList], 'SubLink').length > 0) add('insert-subselect', `DO UPDATE of ${target(body)}`);
}

/**
 * Sent to the shards as a whole: from distributed tables, with the org_id of one of them, and nothing that is volatile. Of one organization the select may have
 * functions and values beside them, and whatever else; of many nothing that needs a look at all of the result.
 */
function isFromDistributed(insert: Body, select: Body, layout: Layout): boolean {
  const place = list(insert.cols).findIndex((column) => bodyOf(column, 'ResTarget')?.name === 'org_id');
  const org = bodyOf(bodyOf(list(select.targetList)[place], 'ResTarget')?.val, 'ColumnRef');
  const tables = rangesOf(select);
  const [of, column] = org ? fieldsOf(org) : [];
  if (
    column !== 'org_id' ||
    !tables.some((table) => layout.distributed.has(relationName(table)) && aliasOf(table) === of)
  )
    return false;
  if (insert.withClause || select.withClause || callsOf(insert, 'volatile', layout).length > 0) return false;
  if (all([select], 'RangeVar').some((table) => !layout.distributed.has(relationName(table)))) return false;
  return (
    organizationsOf({ SelectStmt: select }, layout.distributed, layout.variables).open.length === 0 || isOfMany(select)
  );
}

function isOfMany(select: Body): boolean {
  const isCut = [...all([select], 'SelectStmt'), select].some(
    (part) => part.limitCount || part.limitOffset || (part.op && part.op !== 'SETOP_NONE'),
  );
  return !isCut && list(select.fromClause).every((range) => bodyOf(range, 'RangeVar'));
}

/** The tables that a select begins at, whatever they are joined with; not those in sub-selects. */
const rangesOf = (select: Body): Body[] => {
  const inside = (range: Tree): Body[] => {
    const both = bodyOf(range, 'JoinExpr');
    if (both) return [...inside(both.larg), ...inside(both.rarg)];
    const table = bodyOf(range, 'RangeVar');
    return table ? [table] : [];
  };
  return list(select.fromClause).flatMap(inside);
};

function modified(kind: string, body: Body, layout: Layout, add: Add): void {
  if (!isTarget(body, layout)) return;
  if (all([body], 'ColumnRef').some((column) => fieldsOf(column).at(-1) === 'ctid')) add('ctid', target(body));
  for (const call of callsOf(
    Object.entries(body)
      .filter(([name]) => name !== 'returningClause')
      .map(([, part]) => part),
    'volatile',
    layout,
  ))
    add('update-volatile', call);
  const set = kind === 'UpdateStmt' ? list(body.targetList) : [];
  for (const part of [...set, body.whereClause]) {
    for (const call of stableCallsOfColumns([part], layout)) add('stable-of-column', call);
    for (const call of mutableBranches([part], layout)) add('mutable-branch', call);
  }
  if (set.some((part) => bodyOf(part, 'ResTarget')?.name === 'org_id')) add('moves-organization', target(body));
  const others = [...list(body.fromClause), ...list(body.usingClause)].flatMap((range) => all([range], 'RangeVar'));
  for (const other of others)
    if (other.schemaname && !layout.distributed.has(relationName(other)))
      add('modifies-with-local', relationName(other));
  returned(body, layout, add);
}

function returned(body: Body, layout: Layout, add: Add): void {
  for (const call of callsOf(returningOf(body), 'stable', layout)) add('returning-mutable', call);
}

const returningOf = (body: Body): Tree => (isBody(body.returningClause) ? body.returningClause.exprs : undefined);

function acrossOrganizations(statement: Tree, layout: Layout, add: Add): void {
  const { open } = organizationsOf(statement, layout.distributed, layout.variables);
  const what = [...new Set(open)].sort().join(', ');
  if (open.length === 0) return;
  walk([statement], (kind, body) => {
    if (kind === 'SelectStmt' && list(body.lockingClause).length > 0) add('locks-many', what);
    if (
      kind === 'RangeSubselect' &&
      body.lateral &&
      all([body], 'RangeVar').some((range) => open.includes(relationName(range)))
    )
      add('lateral-many', what);
    return true;
  });
  for (const clause of withClauses(statement))
    if (clause.recursive && all([clause], 'RangeVar').some((range) => open.includes(relationName(range))))
      add('recursive-many', what);
}

/** WITH has no kind of its own in the tree. */
function withClauses(statement: Tree): Body[] {
  const found: Body[] = [];
  walk([statement], (_, body) => {
    if (isBody(body.withClause)) found.push(body.withClause);
    return true;
  });
  return found;
}
