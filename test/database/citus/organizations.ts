import {
  aliasOf,
  all,
  type Body,
  bodyOf,
  fieldsOf,
  isBody,
  list,
  operator,
  relationName,
  type Tree,
} from './syntax.ts';
import { conditionsOf } from './volatility.ts';

/** Which tables of a statement are looked up by one organization, and which are read of many. */
export interface Organizations {
  /** Of the tables that are distributed, those whose org_id is not known when the statement is planned. */
  readonly open: readonly string[];
}

interface Scope {
  readonly names: Map<string, string>;
  readonly outer: Scope | undefined;
}

/** What is known before the statement runs: a parameter, a literal, a variable of the function. */
const KNOWN = 'known';

/**
 * Follows equalities of org_id through joins, sub-selects and common table expressions. As Citus does: two tables of one organization are on one
 * node, and a statement that is told which goes there alone.
 */
export function organizationsOf(
  statement: Tree,
  distributed: ReadonlySet<string>,
  variables: ReadonlySet<string>,
): Organizations {
  const parents = new Map<string, string>();
  const tables = new Map<string, string>();
  let count = 0;
  const root = (node: string): string => {
    const parent = parents.get(node);
    return parent === undefined ? node : root(parent);
  };
  const join = (a: string, b: string) => {
    if (root(a) !== root(b)) parents.set(root(a), root(b));
  };

  const enter = (range: Tree, scope: Scope): void => {
    const relation = bodyOf(range, 'RangeVar');
    if (relation) addRelation(relation, scope);
    const inner = bodyOf(range, 'RangeSubselect');
    if (inner) {
      const node = `select ${count++}`;
      scope.names.set(aliasOf(inner) ?? node, node);
      query(inner.subquery, scope, node);
    }
    const both = bodyOf(range, 'JoinExpr');
    if (both) {
      enter(both.larg, scope);
      enter(both.rarg, scope);
      if (list(both.usingClause).some((name) => bodyOf(name, 'String')?.sval === 'org_id')) {
        const [first, ...others] = scope.names.values();
        for (const other of others) join(first as string, other);
      }
    }
  };

  const addRelation = (relation: Body, scope: Scope): void => {
    const name = relationName(relation);
    const alias = aliasOf(relation) ?? String(relation.relname);
    if (!relation.schemaname) {
      scope.names.set(alias, lookUp(`with ${name}`, scope) ?? `unknown ${name}`);
      return;
    }
    const node = `${name} ${count++}`;
    scope.names.set(alias, node);
    if (distributed.has(name)) tables.set(node, name);
    else join(node, KNOWN);
  };

  const lookUp = (name: string, scope: Scope | undefined): string | undefined =>
    scope && (scope.names.get(name) ?? lookUp(name, scope.outer));

  /** The table whose org_id an expression is; undefined for another expression. */
  const orgOf = (tree: Tree, scope: Scope): string | undefined => {
    const column = bodyOf(tree, 'ColumnRef');
    if (!column)
      return bodyOf(tree, 'ParamRef') || bodyOf(tree, 'A_Const') || bodyOf(tree, 'TypeCast') || bodyOf(tree, 'FuncCall')
        ? KNOWN
        : undefined;
    const fields = fieldsOf(column);
    if (fields.length === 1) {
      if (fields[0] === 'org_id' && !variables.has('org_id'))
        return [...scope.names].find(([name]) => !name.startsWith('with '))?.[1];
      return variables.has(fields[0] as string) ? KNOWN : undefined;
    }
    const found = lookUp(fields[0] as string, scope);
    if (found) return fields[1] === 'org_id' ? found : undefined;
    return variables.has(fields[0] as string) ? KNOWN : undefined;
  };

  const equate = (left: Tree, right: Tree, scope: Scope): void => {
    const sides = [left, right];
    const rows = sides.map((side) => list(bodyOf(side, 'RowExpr')?.args));
    if (rows[0]?.length && rows[0].length === rows[1]?.length) {
      for (const [index, each] of rows[0].entries()) equate(each, rows[1][index], scope);
      return;
    }
    const isOrg = sides.some((side) => fieldsOf(bodyOf(side, 'ColumnRef') ?? {}).at(-1) === 'org_id');
    const [a, b] = sides.map((side) => orgOf(side, scope));
    if (isOrg && a && b) join(a, b);
  };

  const conditions = (where: Tree, scope: Scope): void => {
    for (const condition of conditionsOf(where)) {
      const equal = bodyOf(condition, 'A_Expr');
      if (equal && equal.kind === 'AEXPR_OP' && operator(equal) === '=') equate(equal.lexpr, equal.rexpr, scope);
    }
  };

  /** `outside` is what the query is called in the one around it; its org_id is that of the first table. */
  const query = (tree: Tree, outer: Scope | undefined, outside?: string): void => {
    const kind = isBody(tree) ? Object.keys(tree)[0] : undefined;
    const body = kind ? bodyOf(tree, kind) : undefined;
    if (!body) return;
    const scope: Scope = { names: new Map(), outer };
    const ctes = isBody(body.withClause) ? list(body.withClause.ctes) : [];
    for (const each of ctes) {
      const cte = bodyOf(each, 'CommonTableExpr') as Body;
      const node = `cte ${String(cte.ctename)} ${count++}`;
      scope.names.set(`with ${String(cte.ctename)}`, node);
    }
    for (const each of ctes) {
      const cte = bodyOf(each, 'CommonTableExpr') as Body;
      query(cte.ctequery, scope, scope.names.get(`with ${String(cte.ctename)}`));
    }
    for (const side of [body.larg, body.rarg]) if (isBody(side)) query({ SelectStmt: side }, scope, outside);
    if (isBody(body.relation)) addRelation(body.relation, scope);
    for (const range of [...list(body.fromClause), ...list(body.usingClause)]) enter(range, scope);
    const ranges = [...scope.names].filter(([name]) => !name.startsWith('with ')).map(([, node]) => node);
    if (outside && ranges[0] && !(kind === 'InsertStmt')) join(outside, ranges[0]);
    // A row that is written names its organization itself.
    if (kind === 'InsertStmt' && ranges[0]) join(ranges[0], KNOWN);
    if (kind === 'InsertStmt' && outside) join(outside, KNOWN);
    conditions(body.whereClause, scope);
    for (const range of [...list(body.fromClause), ...list(body.usingClause)])
      for (const both of joinsOf(range)) conditions(both.quals, scope);
    if (kind === 'InsertStmt') query(body.selectStmt, scope);
    for (const sub of subSelects(body)) {
      query(sub.subselect, scope);
    }
  };
  query(statement, undefined);
  return { open: [...tables].filter(([node]) => root(node) !== root(KNOWN)).map(([, name]) => name) };
}

/** The joins of a FROM, not those of sub-selects in it. */
function joinsOf(range: Tree): Body[] {
  const both = bodyOf(range, 'JoinExpr');
  return both ? [both, ...joinsOf(both.larg), ...joinsOf(both.rarg)] : [];
}

/** Sub-selects in expressions of this query, not of queries inside it. */
function subSelects(body: Body): Body[] {
  const outside = ['withClause', 'larg', 'rarg', 'selectStmt', 'fromClause', 'usingClause'];
  const parts = Object.entries(body)
    .filter(([name]) => !outside.includes(name))
    .map(([, part]) => part);
  const joined = [...list(body.fromClause), ...list(body.usingClause)].flatMap(joinsOf).map(({ quals }) => quals);
  const found = all([...parts, ...joined], 'SubLink');
  const nested = new Set(found.flatMap((sub) => all(sub.subselect, 'SubLink')));
  return found.filter((sub) => !nested.has(sub));
}
