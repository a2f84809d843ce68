import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  Max,
  Min,
} from 'class-validator';
import { IsText } from './validation.ts';

/** The largest value of a Postgres integer. */
const MAX_INTEGER = 2_147_483_647;

/** The largest count: 2^53 - 1, up to which JSON's readers hold whole numbers exactly. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;

interface Described {
  readonly description?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly nullable?: boolean;
  /** May be left out. */
  readonly optional?: boolean;
}

interface NumberBounds extends Described {
  readonly min: number;
  readonly max?: number;
  /** The value comes from a query string, so it arrives as text. */
  readonly query?: boolean;
}

interface TextBounds extends Described {
  readonly maxLength: number;
  /** Defaults to 1. */
  readonly minLength?: number;
}

interface Choice extends Described {
  readonly values: readonly string[];
  /** The name of the type in generated clients; without a name the values are repeated where they are used. */
  readonly name?: string;
}

// Each of these says a limit once, to what refuses a request (class-validator) and to what documents it (openapi.json). The first check that
// fails is the one that is told, so a type stands before its bounds.

/** A query holds text; what is not a number in decimal digits stays text, and is refused as such. */
const DECIMAL = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const FromText = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value));

/** A whole number from `min` to `max`, both included. */
export function IntegerProperty({ min, max = MAX_INTEGER, query, ...described }: NumberBounds): PropertyDecorator {
  return applyDecorators(
    documented(described, { type: 'integer', minimum: min, maximum: max }),
    ...(query ? [FromText()] : []),
    IsInt({ message: '$property must be an integer' }),
    Min(min),
    Max(max),
  );
}

/** A number of at least `min` and, where there is such a limit, at most `max`. */
export function NumberProperty({ min, max, query, ...described }: NumberBounds): PropertyDecorator {
  return applyDecorators(
    documented(described, { type: 'number', minimum: min, ...(max !== undefined && { maximum: max }) }),
    ...(query ? [FromText()] : []),
    IsNumber({}, { message: '$property must be a number' }),
    Min(min),
    ...(max === undefined ? [] : [Max(max)]),
  );
}

/** A whole number of items, from `min` (0 unless given) to 2^53 - 1. */
export function CountProperty({ min = 0, ...described }: Described & { readonly min?: number }): PropertyDecorator {
  return IntegerProperty({ min, max: MAX_COUNT, ...described });
}

/** Text that Postgres can store, of `minLength` to `maxLength` characters. */
export function TextProperty({ minLength = 1, maxLength, ...described }: TextBounds): PropertyDecorator {
  return applyDecorators(documented(described, { type: 'string', minLength, maxLength }), IsText(maxLength, minLength));
}

/** true or false of a query string. */
export function FlagProperty(described: Described): PropertyDecorator {
  return applyDecorators(
    documented(described, { type: 'boolean' }),
    Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean(),
  );
}

/** One of a fixed set of words. */
export function EnumProperty({ values, name, ...described }: Choice): PropertyDecorator {
  return applyDecorators(
    documented(described, { enum: [...values], ...(name !== undefined && { enumName: name }) }),
    IsIn(values),
  );
}

/** At most so many items a request: they are worked on in one transaction. */
const MAX_ITEMS = 1000;

/** The items of a bulk request. They are validated one by one, so that an invalid one does not affect the others. */
export function ItemsProperty(type: new () => object, maxItems = MAX_ITEMS): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: [type], minItems: 1, maxItems }),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(maxItems),
  );
}

function documented({ optional = false, ...described }: Described, schema: object): PropertyDecorator {
  const documentation = ApiProperty({ ...described, ...schema, required: !optional });
  return optional ? applyDecorators(documentation, IsOptional()) : documentation;
}
