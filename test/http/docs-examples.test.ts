import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import { CREATE_EXAMPLES } from '../../src/connectors/connections/dto/connection.examples.ts';
import { STAND_INS } from '../../src/http/docs.examples.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

/** The page's own script, whose examples stand for what was made. */
const PAGE_SCRIPT = '../../src/http/docs-page/stand-ins.js';

interface Schema {
  readonly $ref?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Record<string, Schema>;
}
interface Documented {
  readonly operationId: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: {
    readonly content: Record<
      string,
      { readonly schema: Schema; readonly examples?: Record<string, { value: unknown }> }
    >;
  };
  readonly responses: Record<string, { readonly description: string }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Documented>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/** As Swagger UI makes it: what has no example is shown by its type. */
function sampleOf(document: Document, schema: Schema): unknown {
  const ofPart = (part: Schema) => sampleOf(document, part);
  if (schema.$ref) return ofPart(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema);
  if (schema.example !== undefined) return schema.example;
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(ofPart));
  if (schema.oneOf) return ofPart(schema.oneOf[0] as Schema);
  if (schema.enum) return schema.enum[0];
  if (schema.properties)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, ofPart(one)]));
  if (schema.items) return [ofPart(schema.items)];
  return { string: 'string', number: 0, integer: 0, boolean: true, object: {} }[schema.type ?? 'object'];
}

interface Step {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Documented;
  readonly body: string | undefined;
}

/** As the page says: first what makes something, then what looks at it, then what ends or removes it, a connection after what it has. */
const ORDER = [
  /^(create|start|store)/,
  /^(?!create|start|store|complete|refuse|delete|remove|revoke)/,
  /^(?!removeConnection)/,
];
const rank = ({ id }: Step): number => [...ORDER, /./].findIndex((ids) => ids.test(id));

/** What one person cannot make on the page: members come with their first sign-in, and a second person decides. */
const REFUSED: Readonly<Record<string, number>> = { changeMember: 404, approveRun: 409, refuseRun: 409 };

/** Where nobody works, and the shop and the ERP of the examples do not exist: no run ends, nothing is read, nothing is evaluated. */
const REFUSED_WITHOUT_SYSTEMS: Readonly<Record<string, number>> = {
  ...REFUSED,
  ...{ getRecord: 404, getAlert: 404, unmuteAlert: 404, resolveAlert: 404, acknowledgeAlert: 404, muteAlert: 404 },
  ...{ retryFailedItems: 409, undoRun: 409, getPreview: 404, deletePreview: 404, listPreviewChanges: 404 },
  ...{ listChangeGroups: 404, exportPreviewChanges: 404, previewMatches: 503, setBindings: 503, removeBinding: 404 },
  ...{ erasePerson: 404 },
};

/** One step for each body that is shown, in the order of the document. */
function steps(document: Document): Step[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Step[] => {
      const content = operation.requestBody?.content['application/json'];
      const bodies = content?.examples
        ? Object.values(content.examples).map(({ value }) => value)
        : [content && sampleOf(document, content.schema)];
      return bodies.map((body) => ({
        ...{ id: operation.operationId, method: method.toUpperCase(), path, operation },
        body: body === undefined ? undefined : JSON.stringify(body, null, 2),
      }));
    }),
  );
  return all.toSorted((a, b) => rank(a) - rank(b));
}

/** The address with each parameter that has an example, optional ones too: so they stand in the fields of the page. */
function addressOf({ path, operation }: Step): string {
  const query = new URLSearchParams();
  let address = path;
  for (const { name, in: place, schema } of operation.parameters ?? []) {
    const value = schema?.example ?? (schema as { readonly default?: unknown } | undefined)?.default;
    if (value === undefined) continue;
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(String(value)));
    if (place === 'query') query.set(name, String(value));
  }
  return `${address}${query.size > 0 ? `?${query}` : ''}`;
}

/** Headers that have an example, and the type of a body. */
const headersOf = ({ operation, body }: Step): Record<string, string> => ({
  ...Object.fromEntries(
    (operation.parameters ?? []).flatMap(({ name, in: place, schema }) =>
      place === 'header' && schema?.example !== undefined ? [[name, String(schema.example)]] : [],
    ),
  ),
  ...(body && { 'content-type': 'application/json' }),
});

/** The document of the page, as its script has it. */
async function documentOf({ url }: TestService): Promise<Document> {
  const script = await (await fetch(`${url}/docs/swagger-ui-init.js`)).text();
  return JSON.parse(/let options = (\{.*?\n\});/s.exec(script)?.[1] ?? '').swaggerDoc;
}

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly ok: boolean;
  readonly obj: Readonly<Record<string, unknown>> | undefined;
}
type Send = (
  step: Pick<Step, 'method'> & { readonly url: string; readonly headers?: object; readonly body?: string | undefined },
) => Promise<Answer>;

/** Runs the examples as the page does, with nothing filled in, each when `follow` is done with the one before; returns which are refused. */
async function runExamples(service: TestService, follow: (step: Step, answer: Answer, send: Send) => Promise<unknown>) {
  const document = await documentOf(service);
  const key = await service.createKey({ orgId: null, scopes: ['sync:admin'] });
  const { before, after, known } = (await import(PAGE_SCRIPT)).standIns(STAND_INS);
  const send: Send = async ({ method, url, headers, body }) => {
    const asked = await before({
      url: service.url + url,
      headers: { ...headers, 'x-api-key': key, 'x-org-id': 'org-123' },
      body,
    });
    const response = await fetch(asked.url, { method, headers: asked.headers, body: asked.body });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    const text = isStream ? await response.body?.cancel() : await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return after({
      url: asked.url,
      status: response.status,
      ok: response.ok,
      obj: isJson && text ? JSON.parse(text) : undefined,
    });
  };
  const refused: Record<string, number> = {};
  for (const step of steps(document)) {
    const answer = await send({ ...step, url: addressOf(step), headers: headersOf(step) });
    const documented = Object.keys(step.operation.responses);
    expect(documented, `${step.id} is answered ${answer.status}`).toContain(String(answer.status));
    // Whether the service is well is no matter of examples.
    if (!answer.ok && !step.path.startsWith('/health/')) refused[step.id] = answer.status;
    await follow(step, answer, send);
  }
  return { refused, known: [...known.keys()].toSorted() };
}

describe('The examples of the documentation', () => {
  const services: { close(): Promise<void> }[] = [];
  afterAll(() => Promise.all(services.map((one) => one.close())));

  it('run one after another as they stand, on a shop and an ERP as `npm run demo` has them', async () => {
    const [shop, odoo] = await exampleSystems();
    const service = await startTestService({
      ...{ SYNC_WORKER: 'on', SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' },
      ...{ SYNC_DOCS_SHOP_URL: shop.url, SYNC_DOCS_ERP_URL: odoo.url },
    });
    services.push(service, { close: () => shop.stop() }, { close: () => odoo.stop() });
    // A person reads on when what was started has ended, and looks again for an alert.
    const { refused, known } = await runExamples(service, async (step, { status, obj }, send) => {
      const get = async (url: string) => (await send({ method: 'GET', url: `/api/sync${url}` })).obj;
      if (status === 202 && obj?.sync_id)
        await waitFor('the sync has ended', async () => (await get(`/progress/${obj.sync_id}`))?.completed_at);
      if (step.id === 'failSync')
        await waitFor('it is told', async () => ((await get('/alerts'))?.items as object[] | undefined)?.[0]);
    });
    expect(refused).toEqual(REFUSED);
    expect(known).toEqual([...new Set(STAND_INS.map(({ example }) => example))].toSorted());
  }, 120_000);

  it('say on the page what they need beside, where one person cannot make it, and until when they are refused', async () => {
    const service = await startTestService();
    services.push(service);
    const said = steps(await documentOf(service)).flatMap(({ id, operation }) => {
      const [, needed] = operation.description?.split('**The example on this page.** Needs a ') ?? [];
      return needed === undefined ? [] : [[id, Number(/it is refused with (\d+)\.$/.exec(needed)?.[1])] as const];
    });
    expect(Object.fromEntries(said)).toEqual(REFUSED);
  });

  it('are answered as it is documented where shop and ERP do not exist', async () => {
    const service = await startTestService();
    services.push(service);
    const { refused } = await runExamples(service, async () => {});
    expect(refused).toEqual(REFUSED_WITHOUT_SYSTEMS);
  }, 120_000);
});

/** With the credentials of the examples; one customer is in the ERP twice, so that a person has to choose. */
async function exampleSystems(): Promise<[WooCommerceSandbox, OdooSandbox]> {
  const { consumer_key: consumerKey, consumer_secret: consumerSecret } = CREATE_EXAMPLES['a shop'].value.credentials;
  const { database, username, api_key: apiKey } = CREATE_EXAMPLES['an ERP'].value.credentials;
  const shop = await startWooCommerceSandbox({ customers: 40, products: 3, orders: 3, consumerKey, consumerSecret });
  const odoo = await startOdooSandbox({ version: 19, partners: 5, products: 3, orders: 3, database, username, apiKey });
  const email = shop.admin.createCustomer({ email: 'ada@example.com', first_name: 'Ada', last_name: 'Example' }).email;
  for (const name of ['Ada', 'Ada Example']) odoo.admin.create('res.partner', { name, email, customer_rank: 1 });
  return [shop, odoo];
}
