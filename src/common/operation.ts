import { applyDecorators, type Type } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { CATALOGUE_PATH, PROBLEM_TYPE_PREFIX, PROBLEMS, type ProblemName } from './problem.catalogue.ts';
import { routeSettings } from './route.config.ts';

/** The types of an entity's fields; null is one of the first. A `nullable` beside oneOf would have no type to belong to. */
export const ANY_JSON = [
  { type: 'string', nullable: true },
  { type: 'boolean' },
  { type: 'array', items: {} },
  { type: 'object', additionalProperties: true },
];

/** One wrong field, as documented. */
export class ProblemFieldDto {
  @ApiPropertyOptional({ description: 'JSON pointer into the body', example: '#/processed_count' })
  pointer?: string;

  @ApiPropertyOptional({ description: 'Name of a query or path parameter', example: 'days' })
  parameter?: string;

  @ApiPropertyOptional({ description: 'Name of a header', example: 'X-Org-Id' })
  header?: string;

  @ApiProperty({ example: 'must not be less than 0' })
  detail: string;
}

/** RFC 9457 problem details, as documented. */
export class ProblemDto {
  @ApiProperty({
    description: `Stable: switch on this. ${CATALOGUE_PATH}#invalid-request explains the example, and so for each; the Link header of the response leads there.`,
    enum: Object.keys(PROBLEMS).map((name) => PROBLEM_TYPE_PREFIX + name),
    enumName: 'ProblemType',
    example: `${PROBLEM_TYPE_PREFIX}invalid-request`,
  })
  type: string;

  @ApiProperty({ example: 'The request is not valid' })
  title: string;

  @ApiProperty({ example: 422 })
  status: number;

  @ApiProperty({
    description: 'For people: what happened and what to do',
    example: 'processed_count must not be less than 0.',
  })
  detail: string;

  @ApiPropertyOptional({ type: [ProblemFieldDto] })
  errors?: ProblemFieldDto[];

  @ApiPropertyOptional({ description: 'Name it when you ask for help', example: 'req-3f9c' })
  request_id?: string;
}

export interface OperationSpec {
  /** Becomes the method's name in generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** The successful responses; `type` undefined: no body. */
  readonly ok: readonly {
    status: number;
    description: string;
    type?: Type;
    isArray?: boolean;
    headers?: Record<string, string>;
  }[];
  /** The problems it may return, beside those of every operation. */
  readonly problems?: readonly ProblemName[];
  /** Served without credentials. */
  readonly isPublic?: boolean;
  /** A key of every organization need not name one. */
  readonly anyOrganization?: boolean;
}

const COMMON: readonly ProblemName[] = [
  'organization-required',
  'malformed-request',
  'unauthenticated',
  'missing-scope',
  'other-organization',
  'invalid-request',
  'unavailable',
];

/** Documents an operation whole: id, summary, responses and every problem, grouped by status as OpenAPI wants it. */
export function Operation(spec: OperationSpec): MethodDecorator {
  const common = COMMON.filter((name) => !(spec.anyOrganization && name === 'organization-required'));
  const names = [
    ...(spec.isPublic ? (['malformed-request', 'unavailable'] as const) : common),
    ...(spec.problems ?? []),
  ];
  const byStatus = Map.groupBy(names, (name) => PROBLEMS[name].status);
  return applyDecorators(
    routeSettings({ operation: spec.id }),
    ApiOperation({
      operationId: spec.id,
      summary: spec.summary,
      description: spec.description ?? spec.summary,
      ...(spec.isPublic && { security: [] }),
    }),
    ...spec.ok.map(({ status, description, type, isArray, headers }) =>
      ApiResponse({
        status,
        description,
        ...(type && { type, isArray }),
        ...(headers && {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
          ),
        }),
      }),
    ),
    ...[...byStatus].map(([status, group]) =>
      ApiResponse({
        status,
        description: group.map((name) => PROBLEMS[name].title).join('; '),
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(ProblemDto) },
            examples: Object.fromEntries(
              group.map((name) => [
                name,
                {
                  value: {
                    type: PROBLEM_TYPE_PREFIX + name,
                    title: PROBLEMS[name].title,
                    status,
                    detail: `${PROBLEMS[name].title}.`,
                  },
                },
              ]),
            ),
          },
        },
      }),
    ),
  );
}
