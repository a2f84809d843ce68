/** A part of the syntax tree of libpg-query: `{SelectStmt: {…}}`, a list, or a plain value. */
export type Tree = unknown;
export type Body = Readonly<Record<string, Tree>>;

export const isBody = (tree: Tree): tree is Body => typeof tree === 'object' && tree !== null && !Array.isArray(tree);

export const list = (tree: Tree): readonly Tree[] => (Array.isArray(tree) ? tree : []);

/** What stands under the name of its kind: bodyOf({ColumnRef: {…}}, 'ColumnRef'). */
export function bodyOf(tree: Tree, kind: string): Body | undefined {
  const body = isBody(tree) ? tree[kind] : undefined;
  return isBody(body) ? body : undefined;
}

/** Visits each part of the tree from above; what `visit` returns false for is not entered. */
export function walk(tree: Tree, visit: (kind: string, body: Body) => boolean | undefined): void {
  if (Array.isArray(tree)) {
    for (const part of tree) walk(part, visit);
    return;
  }
  if (!isBody(tree)) return;
  for (const [kind, body] of Object.entries(tree)) {
    if (isBody(body) && /^[A-Z]/.test(kind) && visit(kind, body) === false) continue;
    walk(body, visit);
  }
}

/** The parts of a kind, at any depth. */
export function all(tree: Tree, kind: string): Body[] {
  const found: Body[] = [];
  walk(tree, (each, body) => {
    if (each === kind) found.push(body);
    return true;
  });
  return found;
}

const text = (tree: Tree): string | undefined => {
  const value = bodyOf(tree, 'String')?.sval;
  return typeof value === 'string' ? value : undefined;
};

/** ['s', 'org_id'] of `s.org_id`, ['s', '*'] of `s.*`. */
export const fieldsOf = (column: Body): string[] =>
  list(column.fields).map((field) => text(field) ?? (bodyOf(field, 'A_Star') ? '*' : '?'));

/** 'app.lock' or 'now': as it is written. */
export const functionName = (call: Body): string =>
  list(call.funcname)
    .map(text)
    .join('.')
    .replace(/^pg_catalog\./, '');

/** 'timestamptz' of `x::timestamptz`. */
export const typeName = (cast: Body): string =>
  text(list((isBody(cast.typeName) ? cast.typeName : {}).names).at(-1)) ?? '';

export const operator = (expression: Body): string => text(list(expression.name).at(-1)) ?? '';

/** 'public.sync_runs'; a name without a schema is that of a common table expression. */
export const relationName = (range: Body): string =>
  range.schemaname ? `${String(range.schemaname)}.${String(range.relname)}` : String(range.relname);

export const aliasOf = (range: Body): string | undefined => {
  const alias = isBody(range.alias) ? range.alias.aliasname : undefined;
  return typeof alias === 'string' ? alias : undefined;
};
