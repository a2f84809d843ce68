import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawResponse, send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly oneOf?: Schema[];
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
  readonly minimum?: number;
  readonly maximum?: number;
}
interface Operation {
  readonly parameters?: { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } };
}
const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** A number that a caller sends, and its position in the request. */
interface SentNumber {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly schema: Schema;
  readonly in: 'query' | 'body' | 'items';
}

const resolve = (schema: Schema): Schema =>
  schema.$ref ? (document.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema) : schema;
const isNumber = ({ type }: Schema): boolean => type === 'integer' || type === 'number';

function numbersOf(schema: Schema, place: 'body' | 'items' = 'body'): Pick<SentNumber, 'name' | 'schema' | 'in'>[] {
  const { oneOf = [], properties = {} } = resolve(schema);
  return [
    ...oneOf.flatMap((one) => numbersOf(one, place)),
    ...Object.entries(properties).flatMap(([name, property]) => {
      if (property.items) return numbersOf(property.items, 'items');
      return isNumber(property) ? [{ name, schema: property, in: place }] : [];
    }),
  ];
}

const numbers = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]): SentNumber[] => {
    const inQuery = parameters.filter((one) => one.in === 'query' && isNumber(one.schema));
    const body = requestBody?.content['application/json']?.schema;
    const sent = [
      ...inQuery.map(({ name, schema }) => ({ name, schema, in: 'query' as const })),
      ...(body ? numbersOf(body) : []),
    ];
    return sent.map((one) => ({ ...one, method: method.toUpperCase(), path }));
  }),
);

let service: TestService;
let apiKey: string;

beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ orgId: 'org-1', scopes: ['sync:admin'] });
});
afterAll(() => service.close());

/** What the service finds wrong with the number, when it is this one. */
async function complaint({ method, path, name, in: place }: SentNumber, value: number): Promise<string | undefined> {
  // Right for names of any kind, UUIDs too.
  const to = path.replaceAll(/\{\w+\}/g, '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d');
  const member = { [name]: value };
  const response: RawResponse =
    place === 'query'
      ? await send(service, `${to}?${name}=${encodeURIComponent(value)}`, { method, 'x-api-key': apiKey })
      : await send(service, to, {
          ...{ method, 'x-api-key': apiKey },
          body: JSON.stringify(place === 'items' ? { items: [member] } : member),
        });
  const problem = place === 'items' ? response.body.items?.[0]?.problem : response.body;
  const errors: { pointer?: string; parameter?: string; detail: string }[] = problem?.errors ?? [];
  return errors.find(({ pointer, parameter }) => pointer === `#/${name}` || parameter === name)?.detail;
}

it('requests hold numbers, so that what follows is about something', () => {
  expect(numbers.length).toBeGreaterThan(20);
});

describe.each(numbers)('$name of $method $path ($in)', (number) => {
  const { minimum = Number.NaN, maximum, type } = number.schema;
  const step = type === 'integer' ? 1 : 0.5;

  it('has the minimum that the document names', async () => {
    expect(await complaint(number, minimum)).toBeUndefined();
    expect(await complaint(number, minimum - step)).toBe(`must not be less than ${minimum}`);
  });

  it('has the maximum that the document names, or none', async () => {
    const largest = maximum ?? Number.MAX_VALUE;
    expect(await complaint(number, largest)).toBeUndefined();
    if (maximum !== undefined)
      expect(await complaint(number, maximum + step)).toBe(`must not be greater than ${maximum}`);
  });
});
