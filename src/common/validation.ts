import 'reflect-metadata';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { plainToInstance, Type } from 'class-transformer';
import {
  getMetadataStorage,
  IsObject,
  IsString,
  MaxLength,
  MinLength,
  ValidateBy,
  ValidateNested,
  type ValidationError,
  type ValidatorOptions,
  validateSync,
} from 'class-validator';
import { Problem, type ProblemField } from './problem.ts';
import { isSurelyValid } from './validity.ts';

const OPTIONS: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
};

/** Postgres stores no NUL and no half of a surrogate pair; both are legal in a JSON string. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

function isStorableJson(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorableText(key) && isStorableJson(inner));
}

/** Text of `min` to `max` characters that Postgres can store. */
export function IsText(max: number, min = 1): PropertyDecorator {
  const storable = ValidateBy({
    name: 'isStorableText',
    validator: {
      validate: (value) => typeof value !== 'string' || isStorableText(value),
      defaultMessage: () => '$property must be valid Unicode without NUL',
    },
  });
  return (target, key) => {
    for (const decorate of [IsString(), MinLength(min), MaxLength(max), storable]) decorate(target, key as string);
  };
}

/** Code that copies an object member by member would make such a member the copy's prototype. */
function canBecomePrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      key === '__proto__' || (key === 'constructor' && hasPrototype(inner)) || canBecomePrototype(inner),
  );
}

const hasPrototype = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');

/** A JSON object (not an array, not null) that Postgres can store as jsonb, of at most `maxBytes` as JSON text. */
export function IsJsonObject(maxBytes = Number.POSITIVE_INFINITY): PropertyDecorator {
  const object = ValidateBy({
    name: 'isJsonObject',
    validator: {
      validate: (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && isStorableJson(value),
      defaultMessage: () => '$property must be a JSON object whose text is valid Unicode without NUL',
    },
  });
  const harmless = ValidateBy({
    name: 'isHarmlessJson',
    validator: {
      validate: (value) => !canBecomePrototype(value),
      defaultMessage: () => '$property must have no member __proto__ or constructor.prototype',
    },
  });
  const small = ValidateBy({
    name: 'isSmallJson',
    validator: {
      validate: (value) => typeof value !== 'object' || Buffer.byteLength(JSON.stringify(value)) <= maxBytes,
      defaultMessage: () => `$property must have at most ${maxBytes} bytes as JSON`,
    },
  });
  return (target, key) => {
    for (const decorate of [object, harmless, ...(maxBytes === Number.POSITIVE_INFINITY ? [] : [small])])
      decorate(target, key as string);
  };
}

/** The errors of a body (JSON pointers) or of a query or path (parameter names), flattened. */
function toFields(errors: readonly ValidationError[], inBody: boolean, path = ''): ProblemField[] {
  return errors.flatMap((error) => {
    const pointer = `${path}${pointerTo(error.property)}`;
    const own = Object.values(error.constraints ?? {}).map((message) => {
      const detail =
        error.value === undefined
          ? 'is required'
          : message
              .replace(
                `property ${error.property} should not exist`,
                inBody ? 'is not a known field' : 'is not a known parameter',
              )
              .replace(`${error.property} `, '');
      return inBody ? { pointer: `#${pointer}`, detail } : { parameter: error.property, detail };
    });
    return [...own, ...toFields(error.children ?? [], inBody, pointer)];
  });
}

/** So many are told of a request; the rest is a number. */
const MAX_ERRORS = 20;
/** Of a pointer or a parameter: enough to find it. */
const MAX_NAME_LENGTH = 200;

function refusal(found: readonly ProblemField[], count = found.length): Problem {
  const fields = found.slice(0, MAX_ERRORS);
  const [first] = fields;
  const where = first?.pointer?.slice(2) ?? first?.parameter ?? 'The request';
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const errors = count > fields.length ? [...fields, { detail: `and ${count - fields.length} more` }] : fields;
  return new Problem('invalid-request', `${where} ${first?.detail ?? 'is not valid'}${more}.`, { errors });
}

const notAnObject = (): Problem =>
  new Problem('invalid-request', 'A JSON object is expected.', {
    errors: [{ pointer: '#', detail: 'must be an object' }],
  });

/** Validates one item of a bulk body as the pipe would validate a whole one; throws Problem with pointers inside the item. */
export function validateItem<T extends object>(type: new () => T, item: unknown): T {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw notAnObject();
  return validated(type, item, true);
}

/** Validates all items of a body that is refused as a whole; throws Problem with pointers into the body. */
export function validateItems<T extends object>(type: new () => T, items: readonly unknown[], member: string): T[] {
  return items.map((item, index) => {
    try {
      return validateItem(type, item);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const errors = error.errors?.map((field) => ({
        ...field,
        ...(field.pointer !== undefined && { pointer: field.pointer.replace(/^#/, `#/${member}/${index}`) }),
      }));
      throw new Problem(error.problem, error.message, { errors });
    }
  });
}

/**
 * In this order, so that the cost grows with the length of the body and no faster: members that the class does not know are refused by
 * their names; the few that it knows are converted; free JSON is neither copied nor walked before its own validator does.
 */
function validated<T extends object>(type: new () => T, value: object, inBody: boolean, isQuery = false): T {
  refuseUnknown(type, value, inBody);
  const { nested } = membersOf(type);
  const given: Record<string, unknown> = {};
  const asItIs: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    // null is the member left out: its default applies, or it is required.
    if (member === null) continue;
    const part = typeof member === 'object' && !nested.has(name) ? asItIs : given;
    part[name] = member;
  }
  // Only nested objects are converted, and the text of a query, which may mean a number.
  const instance = Object.assign(
    isQuery || nested.size > 0 ? plainToInstance(type, given) : Object.assign(new type(), given),
    asItIs,
  );
  if (isSurelyValid(type, instance)) return instance;
  const errors = validateSync(instance, OPTIONS);
  if (errors.length > 0) throw refusal(toFields(errors, inBody));
  return instance;
}

/** Names are looked up in a set; the request's own order decides which are told. */
function refuseUnknown(type: Class, value: object, inBody: boolean): void {
  const fields: ProblemField[] = [];
  let count = 0;
  const look = ({ names }: Members, members: object, path: string) => {
    for (const name of Object.keys(members)) {
      if (names.has(name)) continue;
      count += 1;
      if (count <= MAX_ERRORS) fields.push(unknownField(name, path, inBody));
    }
  };
  const known = membersOf(type);
  look(known, value, '');
  for (const [name, nested] of known.nested) {
    const member = (value as Record<string, unknown>)[name];
    if (typeof member === 'object' && member !== null && !Array.isArray(member))
      look(membersOf(nested), member, `/${name}`);
  }
  if (count > 0) throw refusal(fields, count);
}

const unknownField = (name: string, path: string, inBody: boolean): ProblemField =>
  inBody
    ? { pointer: `#${path}${pointerTo(name)}`, detail: 'is not a known field' }
    : { parameter: cut(name), detail: 'is not a known parameter' };

/** The last part of a JSON pointer to the member, cut when it is very long. */
export const pointerTo = (name: string): string => `/${cut(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
const cut = (name: string): string => (name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name);

interface Members {
  readonly names: ReadonlySet<string>;
  /** Those that are objects with members of their own. */
  readonly nested: ReadonlyMap<string, Class>;
}

const members = new WeakMap<Class, Members>();

/** The members that the class has decorators for, its own and inherited ones; worked out once a class. */
function membersOf(type: Class): Members {
  let known = members.get(type);
  if (!known) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
    const names = new Set(metadata.map(({ propertyName }) => propertyName));
    const nested = [...names].flatMap((name) => {
      const of = nestedType(type, name);
      return of ? [[name, of] as const] : [];
    });
    known = { names, nested: new Map(nested) };
    members.set(type, known);
  }
  return known;
}

type Class = new () => object;
const NESTED = Symbol('the class of a nested object');

/** A member that is an object with members of its own. */
export const Nested =
  (type: () => Class): PropertyDecorator =>
  (target, key) => {
    for (const decorate of [Type(type), IsObject(), ValidateNested()]) decorate(target, key as string);
    Reflect.defineMetadata(NESTED, type, target, key);
  };

const nestedType = (type: Class, name: string): Class | undefined =>
  (Reflect.getMetadata(NESTED, type.prototype, name) as (() => Class) | undefined)?.();

/** Checks the items of a bulk body one by one; an item that is refused becomes its Problem, in the same place. */
export function checkEach<T>(items: readonly unknown[], check: (item: unknown) => T): (T | Problem)[] {
  return items.map((item) => {
    try {
      return check(item);
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  });
}

/** What a parameter is typed as when it has no class of its own to be validated by. */
const UNCHECKED = new Set<unknown>([undefined, Object, Array, String, Number, Boolean]);

/** The global pipe: bodies, queries and path parameters become validated instances of their classes. */
export class ProblemValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    const inBody = type === 'body';
    // No body is an empty one: then what is required is named.
    const given = inBody ? (value ?? {}) : value;
    if (inBody && (typeof given !== 'object' || Array.isArray(given))) throw notAnObject();
    if (type === 'custom' || UNCHECKED.has(metatype)) return given;
    return validated(metatype as new () => object, given as object, inBody, type === 'query');
  }
}
