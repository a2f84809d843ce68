import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import {
  IsString,
  MaxLength,
  MinLength,
  ValidateBy,
  type ValidationError,
  type ValidatorOptions,
  validateSync,
} from 'class-validator';
import { Problem, type ProblemField } from './problem.ts';

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

/** A JSON object (not an array, not null) that Postgres can store as jsonb. */
export function IsJsonObject(): PropertyDecorator {
  return ValidateBy({
    name: 'isJsonObject',
    validator: {
      validate: (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && isStorableJson(value),
      defaultMessage: () => '$property must be a JSON object whose text is valid Unicode without NUL',
    },
  });
}

/** The errors of a body (JSON pointers) or of a query or path (parameter names), flattened. */
function toFields(errors: readonly ValidationError[], inBody: boolean, path = ''): ProblemField[] {
  return errors.flatMap((error) => {
    const pointer = `${path}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
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

function toProblem(errors: readonly ValidationError[], inBody: boolean): Problem {
  const fields = toFields(errors, inBody);
  const [first] = fields;
  const where = first?.pointer?.slice(2) ?? first?.parameter ?? 'The request';
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  return new Problem('invalid-request', `${where} ${first?.detail ?? 'is not valid'}${more}.`, { errors: fields });
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

function validated<T extends object>(type: new () => T, value: object, inBody: boolean): T {
  // null is the member left out: its default applies, or it is required.
  const given = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const instance = plainToInstance(type, given);
  const errors = validateSync(instance, OPTIONS);
  if (errors.length > 0) throw toProblem(errors, inBody);
  return instance;
}

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
    return validated(metatype as new () => object, given as object, inBody);
  }
}
