import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MADE } from '../../src/http/docs.examples.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let document: Document;
beforeAll(async () => {
  service = await startTestService();
  // As the page has it, within its script.
  const script = await (await fetch(`${service.url}/docs/swagger-ui-init.js`)).text();
  document = JSON.parse(/let options = (\{.*?\n\});/s.exec(script)?.[1] ?? '').swaggerDoc;
});
afterAll(() => service.close());

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
function sampleOf(schema: Schema): unknown {
  if (schema.$ref) return sampleOf(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema);
  if (schema.example !== undefined) return schema.example;
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(sampleOf));
  if (schema.oneOf) return sampleOf(schema.oneOf[0] as Schema);
  if (schema.enum) return schema.enum[0];
  if (schema.properties)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, sampleOf(one)]));
  if (schema.items) return [sampleOf(schema.items)];
  return { string: 'string', number: 0, integer: 0, boolean: true, object: {} }[schema.type ?? 'object'];
}

interface Step {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Documented;
  readonly body: string | undefined;
}

/** What ends or removes what the others look at comes after them, a connection after what it has. */
const rank = ({ id }: Step): number =>
  id === 'removeConnection' ? 2 : /^(complete|fail|cancel|refuse|delete|remove|revoke)/.test(id) ? 1 : 0;

/** What nothing on the page can make, and how its absence is answered, which the documentation of each says. */
const REFUSED: Readonly<Record<string, number>> = {
  // Members come with their first sign-in, records with a run, alerts with a rule that is evaluated.
  ...{ changeMember: 404, getRecord: 404, getAlert: 404, unmuteAlert: 404, resolveAlert: 404 },
  ...{ acknowledgeAlert: 404, muteAlert: 404 },
  // The run of the example is still queued, waits for nobody and is no reconcile.
  ...{ retryFailedItems: 409, undoRun: 409, approveRun: 409, refuseRun: 409, listDifferences: 404 },
  // The preview of the example was stored by a client, with all of its data.
  ...{ listPreviewChanges: 404, listChangeGroups: 404, exportPreviewChanges: 404 },
  // The example's shop does not exist: nothing is matched in it, and it signs nothing.
  ...{ previewMatches: 503, setBindings: 503, removeBinding: 404, receiveWebhook: 401 },
  // No customer has been read, so there is none of the example's id to erase.
  ...{ erasePerson: 404, getErasure: 404 },
  // A sync ends once.
  ...{ failSync: 409, cancelSync: 409 },
};

/** One step for each body that is shown, in the order of the document. */
function steps(): Step[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Step[] => {
      const content = operation.requestBody?.content['application/json'];
      const bodies = content?.examples
        ? Object.values(content.examples).map(({ value }) => value)
        : [content && sampleOf(content.schema)];
      return bodies.map((body) => ({
        ...{ id: operation.operationId, method: method.toUpperCase(), path, operation },
        body: body === undefined ? undefined : JSON.stringify(body),
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

describe('The examples of the documentation', () => {
  it('run one after another as they stand, and each is answered as it is documented', async () => {
    const key = await service.createKey({ orgId: null, scopes: ['sync:admin'] });
    const made = new Map<string, string>();
    const withMade = (text: string) => [...made].reduce((all, [example, id]) => all.replaceAll(example, id), text);
    const refused: Record<string, number> = {};
    for (const step of steps()) {
      const body = step.body && withMade(step.body);
      const headers = { 'x-api-key': key, 'x-org-id': 'org-123', ...(body && { 'content-type': 'application/json' }) };
      const response = await fetch(service.url + withMade(addressOf(step)), {
        method: step.method,
        headers,
        ...(body && { body }),
      });
      expect(Object.keys(step.operation.responses), `${step.id} is answered ${response.status}`).toContain(
        String(response.status),
      );
      if (step.id === 'streamProgress') {
        await response.body?.cancel();
        continue;
      }
      const text = await response.text();
      // Whether the service is well is no matter of examples.
      if (!response.ok && !step.path.startsWith('/health/')) refused[step.id] = response.status;
      if (!response.ok || !response.headers.get('content-type')?.startsWith('application/json') || !text) continue;
      const answer = JSON.parse(text);
      for (const { example, path, member, system } of MADE)
        if (
          step.method !== 'GET' &&
          step.path.endsWith(path) &&
          answer[member] &&
          (!system || answer.system === system)
        )
          made.set(example, answer[member]);
    }
    expect([...made.keys()].toSorted()).toEqual(MADE.map(({ example }) => example).toSorted());
    expect(refused).toEqual(REFUSED);
  }, 120_000);
});
