import { readFileSync } from 'node:fs';
import { appendActivity, createSyncClient, lookUpPreview, startSync, storePreview } from '@sync-operations/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: Schema[];
  readonly properties?: Record<
    string,
    { readonly example?: unknown; readonly enum?: unknown[]; readonly items?: Schema }
  >;
}
const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, { requestBody?: { content: { 'application/json': { schema: Schema } } } }>>;
  components: { schemas: Record<string, Schema> };
};

const resolve = (schema: Schema): Schema =>
  schema.$ref ? (document.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema) : schema;

/** A body as the document's examples have it. */
const exampleOf = (schema: Schema): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(resolve(schema).properties ?? {}).map(([name, { example, enum: values, items }]) => [
      name,
      items ? [exampleOf(items)] : (example ?? values?.[0]),
    ]),
  );

const bodies = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { requestBody }]) => {
    const schema = requestBody?.content['application/json'].schema;
    return (schema ? (schema.oneOf ?? [schema]) : []).map((one) => ({
      name: `${method.toUpperCase()} ${path} (${Object.keys(exampleOf(one)).join(', ')})`,
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'sync-woo-1762430000000'),
      example: exampleOf(one),
    }));
  }),
);

const ODD = [
  null,
  '',
  ' ',
  'x',
  'x'.repeat(20_000),
  '\0',
  '\ud800',
  0,
  -1,
  1.5,
  2 ** 31,
  1e300,
  true,
  [],
  [null],
  {},
  { a: null },
];

let service: TestService;
let apiKey: string;

beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ orgId: 'org-1', scopes: ['sync:admin'] });
});
afterAll(() => service.close());

/** Every response of 500 and above to the body with one member replaced by each odd value, at any depth of `items`. */
async function failures(method: string, path: string, example: Record<string, unknown>): Promise<string[]> {
  const variants = Object.keys(example).flatMap((name) => {
    const inner = example[name];
    const nested = name === 'items' && Array.isArray(inner) ? (inner[0] as Record<string, unknown>) : undefined;
    return ODD.flatMap((odd) => [
      { ...example, [name]: odd },
      ...Object.keys(nested ?? {}).map((key) => ({ ...example, [name]: [{ ...nested, [key]: odd }] })),
    ]);
  });
  const failed: string[] = [];
  // One after the other: they name the same sync, and would wait for each other's locks.
  for (const body of variants) {
    const response = await send(service, path, { method, 'x-api-key': apiKey, body: JSON.stringify(body) });
    const text = JSON.stringify(response.body);
    if (response.status >= 500 || /"status":5\d\d/.test(text))
      failed.push(`${response.status} ${JSON.stringify(body).slice(0, 200)} → ${text.slice(0, 200)}`);
  }
  return failed;
}

describe.each(bodies)('$name', ({ method, path, example }) => {
  it('never fails on our side, whatever value a member has', async () => {
    expect(await failures(method, path, example)).toEqual([]);
  });
});

describe('null in place of an optional member', () => {
  it('is the member left out', async () => {
    const client = createSyncClient({ baseUrl: service.url, apiKey });
    const nothing = null as unknown as undefined;
    const entry = { activity_type: 'a', status: 'failed' as const, user_id: nothing };
    expect((await appendActivity({ client, body: entry })).data).toMatchObject({ user_id: 'test' });
    const start = { entity_type: 'customer', source_system: 'odoo', initiated_by: nothing, sync_id: nothing };
    expect((await startSync({ client, body: start })).data).toMatchObject({ initiated_by: 'test' });
    const inputs = { sync_type: 'odoo', entity_type: nothing, filters: nothing };
    const stored = await storePreview({ client, body: { ...inputs, delta_data: {} } });
    expect(stored.data).toMatchObject({ entity_type: 'all', filters: {} });
    expect((await lookUpPreview({ client, body: { sync_type: 'odoo' } })).data).toEqual(stored.data);
  });
});
