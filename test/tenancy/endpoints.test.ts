import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService } from '../support/test-service.ts';
import { call, comparable } from './endpoint.caller.ts';
import { type Document, readOperations } from './endpoint.operations.ts';
import { MARKER, namesOf, plantVictim, snapshot } from './endpoint.victim.ts';

/** Served without credentials, and why that is safe. */
const PUBLIC_OPERATIONS = {
  healthLive: 'says only that it runs',
  healthReady: 'says only whether the database responds',
  healthAlerting: 'says only whether anybody evaluates',
  receiveWebhook: 'signed by the system of the connection',
};
/** POSTs that change nothing, so that sync:read is enough. */
const READING_POSTS = ['lookUpPreview'];
/** Reads that show nothing of what an organization stored. */
const WITHOUT_CONTENT = {
  usage: 'numbers only',
  getSettings: 'numbers only',
  verifyActivity: 'numbers, and the id of an entry',
  listActivitySeals: 'numbers, times and hashes',
  whoami: 'shows the caller alone',
  listConnectors: 'the same for everybody',
  getConnector: 'the same for everybody',
  listOrganizations: "shows the caller's own organization alone",
  listBindings: 'ids and times, and no id holds the marker',
};
/** They call the systems of the connections, which are not there: what they say of that is the organization's own. */
const CALLS_SYSTEMS = ['setBindings', 'previewMatches'];
/** What a key of every organization may ask without naming one, and why. */
const WITHOUT_ORGANIZATION = {
  listOrganizations: 'to choose one, it must know which there are; the database lists them for such a key alone',
};

// The service's own document says which tests there are, so it is read before they are.
const service = await startTestService();
const document = (await send(service, '/openapi.json')).body as Document;
const operations = readOperations(document);
const guarded = operations.filter(({ isPublic }) => !isPublic);
const admin = new pg.Client({ connectionString: service.database.superuserUrl });
await admin.connect();

const key = async (orgId: string | null, scope: string) => ({
  'x-api-key': await service.createKey({ orgId, scopes: [scope as 'sync:read'] }),
});
const ours = {
  admin: await key('org-a', 'sync:admin'),
  reader: await key('org-a', 'sync:read'),
  nobody: await key('org-a', 'none'),
  everywhere: await key(null, 'sync:admin'),
};

beforeAll(() => plantVictim(admin, 'org-b', 'b'));
afterAll(async () => {
  await admin.end();
  await service.close();
});

it('only health is served without credentials', () => {
  expect(operations.filter(({ isPublic }) => isPublic).map(({ id }) => id)).toEqual(Object.keys(PUBLIC_OPERATIONS));
});

it('the victim has something to lose in every tenant table', async () => {
  const empty = Object.entries(await snapshot(admin, 'org-b')).filter(([, rows]) => rows.length === 0);
  expect(empty.map(([table]) => `${table}: give the victim a row in endpoint.victim.ts`)).toEqual([]);
});

describe.each(guarded)('$id: $method $path', (operation) => {
  const requests = () => operation.requests(namesOf('b'));
  const problems = async (headers: Record<string, string>, search?: string) => {
    const responses = [];
    for (const request of requests()) {
      const path = search ? `${request.path}${request.path.includes('?') ? '&' : '?'}${search}` : request.path;
      responses.push(await call(service.url, { ...request, path }, headers));
    }
    return [...new Set(responses.map(({ status, problem, type }) => `${status} ${problem} ${type}`))];
  };
  const only = (text: string) => [`${text} application/problem+json; charset=utf-8`];

  it('responds with 401 without credentials', async () => {
    expect(await problems({})).toEqual(only('401 unauthenticated'));
  });

  it('responds with 403 to a key without its scope', async () => {
    expect(await problems(ours.nobody)).toEqual(only('403 missing-scope'));
    if (operation.method !== 'GET' && !READING_POSTS.includes(operation.id))
      expect(await problems(ours.reader)).toEqual(only('403 missing-scope'));
  });

  it('responds with 403 when another organization is named', async () => {
    expect(await problems(ours.admin, 'orgId=org-b')).toEqual(only('403 other-organization'));
    expect(await problems({ ...ours.admin, 'x-org-id': 'org-b' })).toEqual(only('403 other-organization'));
    expect(await problems({ ...ours.everywhere, 'x-org-id': 'org-a' }, 'orgId=org-b')).toEqual(
      only('403 other-organization'),
    );
  });

  it('responds with 400 to a key of every organization that names none, except where it looks for one', async () => {
    if (!(operation.id in WITHOUT_ORGANIZATION))
      expect(await problems(ours.everywhere)).toEqual(only('400 organization-required'));
    else expect(await problems(ours.everywhere)).toEqual(['200 undefined application/json; charset=utf-8']);
  });

  it('another organization cannot see, change or even notice what the names lead to', async () => {
    const who = `b-${operation.id}`;
    await plantVictim(admin, who, who);
    const before = await snapshot(admin, who);
    const responses = [];
    for (const someone of [who, `nobody-${operation.id}`]) {
      const seen = [];
      for (const request of operation.requests(namesOf(someone))) {
        const response = await call(service.url, request, ours.admin);
        expect(response.text).not.toContain(MARKER);
        if (operation.hasPathParameter && operation.id !== 'getConnector')
          expect(response).toMatchObject({ status: 404, problem: 'not-found' });
        seen.push(comparable(response, someone));
      }
      responses.push(seen);
    }
    expect(responses[0]).toEqual(responses[1]);
    expect(await snapshot(admin, who)).toEqual(before);
  });

  it('the organization itself can: the names above are right', async () => {
    const who = `c-${operation.id}`;
    await plantVictim(admin, who, who);
    const own = await key(who, 'sync:admin');
    const [request] = operation.requests({ ...namesOf(who), 'Idempotency-Key': 'unused', 'If-None-Match': undefined });
    if (!request) throw new Error('no request');
    const response = await call(service.url, request, own);
    if (CALLS_SYSTEMS.includes(operation.id)) {
      expect(response).toMatchObject({ status: 409, problem: 'conflict' });
      return expect(response.text).toContain(MARKER);
    }
    expect(response.status).toBeLessThan(300);
    if (operation.method === 'GET' && !(operation.id in WITHOUT_CONTENT)) expect(response.text).toContain(MARKER);
  });
});

it('metrics and documentation say nothing of any organization', async () => {
  for (const path of ['/metrics', '/openapi.json', '/docs']) {
    const { text } = await call(service.url, { method: 'GET', path, headers: {} }, {});
    expect(text).not.toMatch(new RegExp(`${MARKER}|org-b|sync-of-b`));
  }
});
