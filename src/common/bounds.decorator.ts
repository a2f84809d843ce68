import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
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

// Each of these says a limit once, to what refuses a request (class-validator) and to what documents it (openapi.json).

/** A whole number from `min` to `max`, both included. */
export function IntegerProperty({ min, max = MAX_INTEGER, query, ...described }: NumberBounds): PropertyDecorator {
  return applyDecorators(
    documented(described, { type: 'integer', minimum: min, maximum: max }),
    ...(query ? [Type(() => Number)] : []),
    Max(max),
    Min(min),
    IsInt(),
  );
}

/** A number of at least `min` and, where there is such a limit, at most `max`. */
export function NumberProperty({ min, max, query, ...described }: NumberBounds): PropertyDecorator {
  return applyDecorators(
    documented(described, { type: 'number', minimum: min, ...(max !== undefined && { maximum: max }) }),
    ...(query ? [Type(() => Number)] : []),
    ...(max === undefined ? [] : [Max(max)]),
    Min(min),
    IsNumber(),
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

/** One of a fixed set of words. */
export function EnumProperty({ values, name, ...described }: Choice): PropertyDecorator {
  return applyDecorators(
    documented(described, { enum: [...values], ...(name !== undefined && { enumName: name }) }),
    IsIn(values),
  );
}

function documented({ optional = false, ...described }: Described, schema: object): PropertyDecorator {
  const documentation = ApiProperty({ ...described, ...schema, required: !optional });
  return optional ? applyDecorators(documentation, IsOptional()) : documentation;
}
