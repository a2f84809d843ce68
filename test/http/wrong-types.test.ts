import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: unknown[];
  readonly oneOf?: Schema[];
  readonly allOf?: Schema[];
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
}
interface Operation {
  readonly parameters?: { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } };
}
const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const resolve = (schema: Schema): Schema => {
  const [only] = schema.allOf ?? [];
  if (only) return resolve(only);
  return schema.$ref ? (document.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema) : schema;
};

/** A member that a caller sends, and its position in the request. */
interface SentMember {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly schema: Schema;
  readonly in: 'query' | 'body' | 'items' | 'nested';
  /** Of a nested member: the object that it is in; of a member of items: their list. */
  readonly parent?: string;
}
type Place = Omit<SentMember, 'method' | 'path'>;

function membersOf(schema: Schema, place: 'body' | 'items' = 'body', list?: string): Place[] {
  const { oneOf = [], properties = {} } = resolve(schema);
  return [
    ...oneOf.flatMap((one) => membersOf(one, place)),
    ...Object.entries(properties).flatMap(([name, property]): Place[] => [
      { name, schema: resolve(property), in: place, parent: list },
      ...(property.items ? membersOf(property.items, 'items', name) : []),
      ...Object.entries(resolve(property).properties ?? {}).map(([inner, one]): Place => {
        return { name: inner, schema: resolve(one), in: 'nested', parent: name };
      }),
    ]),
  ];
}

const members = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]): SentMember[] => {
    const inQuery = parameters.filter((one) => one.in === 'query');
    const body = requestBody?.content['application/json']?.schema;
    const sent: Place[] = [
      ...inQuery.map(({ name, schema }) => ({ name, schema: resolve(schema), in: 'query' as const })),
      ...(body ? membersOf(body) : []),
    ];
    return sent.map((one) => ({ ...one, method: method.toUpperCase(), path }));
  }),
);

/** What a value of any other type is told, by the documented type. */
function typeComplaint({ type, enum: values, format, oneOf }: Schema): RegExp {
  if (oneOf) return /^must be "records" or \{"connection_id": "…"\}$/;
  if (values) return /^must be one of the following values: /;
  if (format === 'uuid') return /^must be a UUID$/;
  if (format === 'date-time') return /^must be a valid ISO 8601 date string$/;
  if (type === 'integer') return /^must be an integer$/;
  if (type === 'number') return /^must be a number$/;
  if (type === 'boolean') return /^must be a boolean value$/;
  if (type === 'array') return /^must be an array$/;
  if (type === 'object' || type === undefined) return /^must be (an object|a JSON object.*)$/;
  return /^must be a string$/;
}

const VALUES = ['5', 'x', '', 'x'.repeat(30_000), -1, 5, 1.5, 1e300, true, [], [1], ['x'], {}, { a: 1 }] as const;

/** Whether the value is of the documented type, whatever else may be wrong with it. */
function fits({ type, enum: values, format, oneOf }: Schema, value: unknown): boolean {
  if (oneOf || values || format === 'uuid' || format === 'date-time') return false;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object' || type === undefined)
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

let service: TestService;
let authorization: string;
beforeAll(async () => {
  service = await startTestService();
  authorization = `Bearer ${await token('org-1', { scope: 'sync:admin' })}`;
});
afterAll(() => service.close());

/** What the items of a body can only be judged with. */
const REST: Readonly<Record<string, object>> = {
  '/api/sync/connections/{connection_id}/bindings': {
    with: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
    entity_type: 'customer',
  },
};

async function complaint(member: SentMember, value: unknown): Promise<string | undefined> {
  const { method, path, name, parent, in: place } = member;
  const to = path.replaceAll(/\{\w+\}/g, '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d');
  const body = {
    body: { [name]: value },
    items: { ...REST[path], [parent ?? '']: [{ [name]: value }] },
    nested: { [parent ?? '']: { [name]: value } },
  };
  const response =
    place === 'query'
      ? await send(service, `${to}?${name}=${encodeURIComponent(String(value))}`, { method, authorization })
      : await send(service, to, { method, authorization, body: JSON.stringify(body[place]) });
  const eachHasItsOwn = place === 'items' && parent === 'items';
  const problem = eachHasItsOwn ? response.body.items?.[0]?.problem : response.body;
  const errors: { pointer?: string; parameter?: string; detail: string }[] = problem?.errors ?? [];
  const inList = place === 'items' && !eachHasItsOwn;
  const pointer = place === 'nested' ? `#/${parent}/${name}` : inList ? `#/${parent}/0/${name}` : `#/${name}`;
  return errors.find((error) => error.pointer === pointer || error.parameter === name)?.detail;
}

it('requests have many members, so that what follows is about something', () => {
  expect(members.length).toBeGreaterThan(80);
  expect(new Set(members.map((one) => one.in))).toEqual(new Set(['query', 'body', 'items', 'nested']));
});

const sent = members.filter(({ in: place }) => place !== 'query');
describe.each(sent)('A wrong type is told as a wrong type: $name of $method $path ($in)', (member) => {
  it('is told to be of the wrong type before anything else is said of it', async () => {
    for (const value of VALUES) {
      if (fits(member.schema, value)) continue;
      expect([value, await complaint(member, value)]).toEqual([
        value,
        expect.stringMatching(typeComplaint(member.schema)),
      ]);
    }
  });
});

const textual = ({ schema: { type, enum: values, format } }: SentMember): boolean =>
  type === 'string' && !values && !format;
const asked = members.filter((one) => one.in === 'query' && !textual(one));
describe.each(asked)('A wrong type is told as a wrong type: $name of $method $path (query)', (member) => {
  it('is told to be of the wrong type before anything else is said of it', async () => {
    for (const value of ['abc', '', ' ', '0x10', '5,6', 'NaN', 'Infinity', '--1'])
      expect([value, await complaint(member, value)]).toEqual([
        value,
        expect.stringMatching(typeComplaint(member.schema)),
      ]);
  });
});

describe('A number of a query', () => {
  it.each([['7'], ['007'], ['7.0'], ['7e0']])('may be written as %s', async (days) => {
    expect((await send(service, `/api/sync/activity?days=${days}`, { authorization })).status).toBe(200);
  });
  it('is one: two are of the wrong type', async () => {
    const refused = await send(service, '/api/sync/activity?days=1&days=2', { authorization });
    expect(refused.body.errors).toEqual([{ parameter: 'days', detail: 'must be an integer' }]);
  });
});

describe('Members named as what every object inherits', () => {
  const text = (name: string) => `{"${name}": {"prototype": {}}}`;
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype'])(
    'are unknown members like others: %s',
    async (name) => {
      for (const [method, path] of [
        ['PATCH', '/api/sync/progress/s1'],
        ['POST', '/api/sync/progress'],
        ['POST', '/api/sync/activity'],
        ['POST', '/api/sync/runs'],
        ['PUT', '/api/sync/previews'],
      ] as const) {
        const refused = await send(service, path, { method, authorization, body: text(name) });
        expect(refused).toMatchObject({ status: 422, problem: 'invalid-request' });
        expect(refused.body.errors).toEqual([{ pointer: `#/${name}`, detail: 'is not a known field' }]);
      }
      const nested = await send(service, '/api/sync/runs', {
        ...{ method: 'POST', authorization },
        body: `{"override_guard": ${text(name)}}`,
      });
      expect(nested.body.errors).toEqual([{ pointer: `#/override_guard/${name}`, detail: 'is not a known field' }]);
      const many = await send(service, '/api/sync/activity', {
        ...{ method: 'POST', authorization },
        body: `{"items": [${text(name)}]}`,
      });
      expect(many.body.items[0].problem.errors).toEqual([{ pointer: `#/${name}`, detail: 'is not a known field' }]);
    },
  );

  // Code that copies such an object member by member would set its prototype.
  it.each([
    ['__proto__', 422],
    ['constructor', 422],
    ['toString', 201],
  ])('of free JSON are refused at any depth where they could become a prototype: %s', async (name, status) => {
    for (const details of [text(name), `{"a": [${text(name)}]}`]) {
      const body = `{"activity_type": "a", "status": "failed", "details": ${details}}`;
      const response = await send(service, '/api/sync/activity', { method: 'POST', authorization, body });
      expect(response.status).toBe(status);
      if (status === 422)
        expect(response.body.errors).toEqual([
          { pointer: '#/details', detail: 'must have no member __proto__ or constructor.prototype' },
        ]);
    }
  });

  it('of free JSON are data like any other when they cannot', async () => {
    const body = '{"activity_type": "a", "status": "failed", "details": {"constructor": "Smith & Sons"}}';
    const response = await send(service, '/api/sync/activity', { method: 'POST', authorization, body });
    expect(response.body.details).toEqual({ constructor: 'Smith & Sons' });
  });
});

describe('A body that is not JSON', () => {
  it.each([['text/plain'], ['text/plain; charset=utf-8'], ['text/html'], ['application/octet-stream'], ['nonsense']])(
    'is an unsupported media type: %s',
    async (type) => {
      for (const path of ['/api/sync/activity', '/api/sync/progress', '/api/sync/runs']) {
        const refused = await send(service, path, { method: 'POST', authorization, body: 'x', 'content-type': type });
        expect(refused).toMatchObject({ status: 415, problem: 'unsupported-media-type' });
      }
    },
  );

  it('is not valid JSON when it says that it is', async () => {
    const refused = await send(service, '/api/sync/activity', { method: 'POST', authorization, body: 'x' });
    expect(refused).toMatchObject({ status: 400, problem: 'malformed-request' });
  });
});
