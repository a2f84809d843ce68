import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Schema {
  readonly properties?: Record<
    string,
    {
      readonly example?: unknown;
      readonly enum?: unknown[];
      readonly nullable?: boolean;
      readonly type?: string;
      readonly $ref?: string;
      readonly allOf?: unknown[];
    }
  >;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: string[];
  readonly security?: object[];
  readonly parameters?: { readonly name: string; readonly in: string }[];
  readonly responses: Record<
    string,
    { readonly content?: Record<string, { readonly schema?: { readonly $ref?: string }; readonly examples?: object }> }
  >;
}

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    operation,
  })),
);

describe.each(operations)('$name', ({ method, path, operation }) => {
  it('has an id that no other has, a summary and a tag', () => {
    expect(operations.filter(({ operation: other }) => other.operationId === operation.operationId)).toHaveLength(1);
    expect(operation.summary?.length).toBeGreaterThan(5);
    expect(operation.tags).toHaveLength(1);
  });

  it('documents its errors as problems with examples', () => {
    const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    const isPublic = path.startsWith('/health') || path.includes('/hooks/');
    const expected = isPublic ? ['503'] : ['400', '401', '403', '422', '503'];
    expect(errors.map(([status]) => status)).toEqual(expect.arrayContaining(expected));
    if (path.includes('{')) expect(errors.map(([status]) => status)).toContain('404');
    for (const [, { content }] of errors) {
      const problem = content?.['application/problem+json'];
      expect(problem?.schema?.$ref).toBe('#/components/schemas/Problem');
      expect(Object.keys(problem?.examples ?? {})).not.toHaveLength(0);
    }
  });

  it('accepts an Idempotency-Key when it is a POST that writes', () => {
    const takesKey = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false;
    // A check calls out, so it runs in no transaction, and may be repeated; a webhook recognizes its own repetition. The answer
    // of a new key holds its secret, which is stored nowhere.
    const needsNone = /\/(lookup|check|keys)$|\/hooks\//.test(path);
    expect(takesKey).toBe(method === 'post' && !needsNone);
  });
});

it('every fixed set of values of a property that may be null has null, so that clients expect it', () => {
  const without = Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties).flatMap(([property, of]) =>
      of.enum && of.nullable && !of.enum.includes(null) ? `${name}.${property}` : [],
    ),
  );
  expect(without).toEqual([]);
});

it('every property of every body and response has an example, or a fixed set of values', () => {
  const bare = Object.entries(document.components.schemas).flatMap(([schema, { properties = {} }]) =>
    Object.entries(properties)
      .filter(
        ([, property]) =>
          !('example' in property || property.enum || property.$ref || property.allOf || property.type === 'array'),
      )
      .map(([name]) => `${schema}.${name}`),
  );
  expect(bare).toEqual([]);
});
