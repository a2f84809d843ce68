import type { Condition } from './domain.parser.ts';
import type { Environment, Field } from './model.types.ts';
import { valueError } from './odoo.error.ts';
import { pythonTuple } from './python.format.ts';
import type { Stored } from './record.types.ts';
import { idsIn } from './relation.ids.ts';
import { likeTest } from './text.pattern.ts';

/** A condition on a many2one or x2many: by id, by emptiness, or by the name of the other records. */
export function relationTest(env: Environment, field: Field, condition: Condition): (stored: Stored) => boolean {
  const { operator, value, sent } = condition;
  const relation = field.relation ?? '';
  const nameOf = (id: number) => env.db.model(relation).displayName(env, id);
  const like = likeTest({ ...condition, operator: operator.replace('not ', '') });
  if (like) return negatable(operator, (stored) => idsIn(stored).some((id) => like(nameOf(id))));

  const items = Array.isArray(value) ? value : [value];
  if (operator === 'child_of' || operator === 'parent_of') {
    const roots = new Set(items.map(Number));
    const parent = (id: number) => env.db.table(relation).value(id, 'parent_id');
    if (operator === 'child_of')
      return (stored) => idsIn(stored).some((id) => chain(id, parent).some((i) => roots.has(i)));
    const above = new Set([...roots].flatMap((root) => chain(root, parent)));
    return (stored) => idsIn(stored).some((id) => above.has(id));
  }
  if (!['=', '!=', 'in', 'not in', '=?'].includes(operator)) {
    throw valueError(`Invalid operator in ${pythonTuple(sent)}`);
  }
  if (operator === '=?' && (value === false || value === null)) return () => true;
  const ids = new Set(items.filter((item) => typeof item === 'number'));
  const names = new Set(items.filter((item) => typeof item === 'string'));
  const orEmpty = items.some((item) => item === false || item === null) || items.length === 0;
  const matches = (stored: Stored) => {
    const here = idsIn(stored);
    if (here.length === 0) return orEmpty && items.length > 0;
    return here.some((id) => ids.has(id) || (names.size > 0 && names.has(nameOf(id))));
  };
  return negatable(operator === '!=' ? 'not in' : operator, matches);
}

function negatable(operator: string, test: (stored: Stored) => boolean): (stored: Stored) => boolean {
  return operator.startsWith('not ') ? (stored) => !test(stored) : test;
}

/** A record and all its ancestors; stops at a cycle. */
function chain(id: number, parent: (id: number) => Stored): number[] {
  const seen: number[] = [];
  for (let at: Stored = id; typeof at === 'number' && !seen.includes(at); at = parent(at)) seen.push(at);
  return seen;
}
