import { datetimeTest } from './datetime.condition.ts';
import { type Condition, type DomainNode, parseDomain } from './domain.parser.ts';
import type { Environment, Field } from './model.types.ts';
import { valueError } from './odoo.error.ts';
import { pythonTuple } from './python.format.ts';
import type { Stored } from './record.types.ts';
import { relationTest } from './relation.condition.ts';
import { idsIn } from './relation.ids.ts';
import { likeTest } from './text.pattern.ts';

/** Whether the record of an id matches. */
export type RecordTest = (id: number) => boolean;

/** Compiles a domain into a test of records. Throws what the server throws for unknown fields and invalid values. */
export function compileDomain(env: Environment, model: string, node: DomainNode): RecordTest {
  switch (node.kind) {
    case 'always':
      return () => true;
    case 'never':
      return () => false;
    case 'not': {
      const test = compileDomain(env, model, node.node);
      return (id) => !test(id);
    }
    case 'and': {
      const tests = node.nodes.map((part) => compileDomain(env, model, part));
      return (id) => tests.every((test) => test(id));
    }
    case 'or': {
      const tests = node.nodes.map((part) => compileDomain(env, model, part));
      return (id) => tests.some((test) => test(id));
    }
    case 'condition':
      return compileCondition(env, model, node);
  }
}

function compileCondition(env: Environment, model: string, condition: Condition): RecordTest {
  const [name = '', ...rest] = condition.path.split('.');
  const field = env.db.fieldOf(model, name);
  if (!field) {
    const word = env.version === 18 ? 'leaf' : 'condition';
    throw valueError(`Invalid field ${model}.${name} in ${word} ${pythonTuple(condition.sent)}`);
  }
  const read = reader(env, model, name, field);
  if (rest.length > 0 || condition.operator.endsWith('any')) {
    const inner: DomainNode =
      rest.length > 0 ? { ...condition, path: rest.join('.') } : parseDomain(condition.value as unknown[]);
    const test = compileDomain(env, field.relation ?? '', inner);
    const negated = rest.length === 0 && condition.operator === 'not any';
    return (id) => idsIn(read(id)).some(test) !== negated;
  }
  // On the record itself: below or above it in its own hierarchy.
  const itself = name === 'id' && condition.operator.endsWith('_of');
  const test = valueTest(env, itself ? { ...field, relation: model } : field, condition);
  return (id) => test(read(id));
}

/** Stored fields are read straight from the table: searches may look at every record. */
function reader(env: Environment, model: string, name: string, field: Field): (id: number) => Stored {
  if (field.compute || field.related) return (id) => env.db.read(env, model, id, name);
  const table = env.db.table(model);
  return (id) => table.value(id, name);
}

function valueTest(env: Environment, field: Field, condition: Condition): (stored: Stored) => boolean {
  if (field.relation) return relationTest(env, field, condition);
  if (field.type === 'datetime' && !condition.operator.endsWith('like')) {
    const { holds } = datetimeTest(env.version, condition);
    return holds;
  }
  return likeTest(condition) ?? plainTest(field, condition);
}

function plainTest(field: Field, { operator, value, sent }: Condition): (stored: Stored) => boolean {
  const empty = { boolean: false, integer: 0, float: 0, monetary: 0 }[field.type as string] ?? null;
  const shown = (stored: Stored) => stored ?? empty;
  const wanted = (item: unknown): Stored => {
    if (item === null || item === '' || (item === false && field.type !== 'boolean')) return empty;
    if (field.type === 'boolean') return Boolean(item);
    return typeof empty === 'number' ? Number(item) : String(item);
  };
  switch (operator) {
    case '=':
    case '!=':
    case 'in':
    case 'not in': {
      const items = new Set((Array.isArray(value) ? value : [value]).map(wanted));
      const negated = operator === '!=' || operator === 'not in';
      return (stored) => items.has(shown(stored)) !== negated;
    }
    case '=?':
      return value === false || value === null ? () => true : (stored) => shown(stored) === wanted(value);
    case '>':
    case '>=':
    case '<':
    case '<=': {
      const limit = wanted(value);
      if (limit === null) return () => false;
      return (stored) => shown(stored) !== null && compares(operator, shown(stored) ?? 0, limit);
    }
    default:
      throw valueError(`Invalid operator in ${pythonTuple(sent)}`);
  }
}

function compares(operator: string, a: Stored, b: Stored): boolean {
  const [left, right] = [a as number | string, b as number | string];
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}
