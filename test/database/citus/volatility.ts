import {
  all,
  type Body,
  bodyOf,
  fieldsOf,
  functionName,
  isBody,
  list,
  operator,
  type Tree,
  typeName,
  walk,
} from './syntax.ts';

export type Volatility = 'immutable' | 'stable' | 'volatile';

/** What is known of functions and columns: from the catalogue of a migrated database. */
export interface Names {
  /** By name, with the schema for ours: the least certain of those that share it. */
  readonly functions: ReadonlyMap<string, Volatility>;
  /** Columns whose text depends on the session: times. */
  readonly times: ReadonlySet<string>;
  /** Variables and arguments of the function that the statement stands in: constants to it. */
  readonly variables: ReadonlySet<string>;
}

/** Types that are read from text by the settings of the session. */
const READ_BY_SETTINGS = new Set(['timestamptz', 'timestamp', 'date', 'interval', 'regclass']);

/** Immutable for what they are called with here, whatever others of their name are. */
const IMMUTABLE_HERE = new Set([
  'timezone',
  'date_trunc',
  'extract',
  'date_part',
  'greatest',
  'array_agg',
  'round',
  'sum',
  'hashtextextended',
]);

const isConstant = (tree: Tree): boolean =>
  bodyOf(tree, 'A_Const') !== undefined || bodyOf(tree, 'ParamRef') !== undefined;

/** Columns of tables in an expression, not those of its sub-selects. */
function columnsIn(tree: Tree, { variables }: Names): Body[] {
  const found: Body[] = [];
  walk(tree, (kind, body) => {
    if (kind === 'SubLink') return false;
    if (kind === 'ColumnRef' && !variables.has(fieldsOf(body)[0] ?? '')) found.push(body);
    return true;
  });
  return found;
}

const isTime = (tree: Tree, names: Names): boolean => {
  const column = bodyOf(tree, 'ColumnRef');
  if (column) return names.times.has(fieldsOf(column).at(-1) ?? '');
  const call = bodyOf(tree, 'FuncCall');
  return call !== undefined && /^(now|clock_timestamp|statement_timestamp)$/.test(functionName(call));
};

const isInterval = (tree: Tree): boolean => {
  const cast = bodyOf(tree, 'TypeCast');
  if (cast) return typeName(cast) === 'interval';
  const call = bodyOf(tree, 'FuncCall');
  if (call) return functionName(call) === 'make_interval';
  const product = bodyOf(tree, 'A_Expr');
  return product !== undefined && (isInterval(product.lexpr) || isInterval(product.rexpr));
};

/** Of this one node, whatever is inside it. */
function volatilityOf(kind: string, body: Body, names: Names): Volatility {
  if (kind === 'SQLValueFunction') return 'stable';
  if (kind === 'FuncCall') {
    const name = functionName(body);
    return IMMUTABLE_HERE.has(name) ? 'immutable' : (names.functions.get(name) ?? 'volatile');
  }
  if (kind === 'TypeCast') {
    const type = typeName(body);
    if (type === 'text' && isTime(body.arg, names)) return 'stable';
    // A literal is read once, when the statement is planned, and a parameter has the type.
    return READ_BY_SETTINGS.has(type) && !isConstant(body.arg) && !isTime(body.arg, names) ? 'stable' : 'immutable';
  }
  // A day of a time zone has 23 to 25 hours.
  if (kind === 'A_Expr' && /^[-+]$/.test(operator(body)) && (isInterval(body.lexpr) || isInterval(body.rexpr)))
    return 'stable';
  return 'immutable';
}

const RANK: Readonly<Record<Volatility, number>> = { immutable: 0, stable: 1, volatile: 2 };

/** What an expression calls that is at least so uncertain, by name; also in its sub-selects. */
export function callsOf(tree: Tree, least: Volatility, names: Names): string[] {
  const found: string[] = [];
  walk(tree, (kind, body) => {
    if (RANK[volatilityOf(kind, body, names)] >= RANK[least])
      found.push(kind === 'FuncCall' ? functionName(body) : kind === 'TypeCast' ? `::${typeName(body)}` : kind);
    return true;
  });
  return found;
}

/** Calls that are not immutable and get a column: what Citus cannot compute before it sends the statement. */
export function stableCallsOfColumns(tree: Tree, names: Names): string[] {
  const found: string[] = [];
  walk(tree, (kind, body) => {
    if (kind === 'SubLink' || kind === 'CaseExpr' || kind === 'CoalesceExpr') return false;
    if (volatilityOf(kind, body, names) === 'stable' && columnsIn(Object.values(body), names).length > 0)
      found.push(kind === 'FuncCall' ? functionName(body) : kind === 'TypeCast' ? `::${typeName(body)}` : kind);
    return true;
  });
  return found;
}

/** Calls that are not immutable inside CASE or coalesce, which Citus does not compute beforehand. */
export function mutableBranches(tree: Tree, names: Names): string[] {
  return ['CaseExpr', 'CoalesceExpr'].flatMap((kind) =>
    all(tree, kind).flatMap((body) => callsOf(Object.values(body), 'stable', names)),
  );
}

export const conditionsOf = (where: Tree): readonly Tree[] => {
  const both = bodyOf(where, 'BoolExpr');
  return both && both.boolop === 'AND_EXPR' ? list(both.args).flatMap(conditionsOf) : isBody(where) ? [where] : [];
};
