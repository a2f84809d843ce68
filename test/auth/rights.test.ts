import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { OPERATION_RIGHTS, rightsFor } from '../../src/auth/operation.rights.ts';
import { rightsAsMarkdown } from '../../src/auth/rights.markdown.ts';
import { hasRight, ROLE_NAMES, type Role, SCOPES, type Scope, scopesOfMember } from '../../src/auth/rights.ts';
import { send } from '../support/send.ts';
import { startTestService } from '../support/test-service.ts';
import { call } from '../tenancy/endpoint.caller.ts';
import { type Document, readOperations } from '../tenancy/endpoint.operations.ts';

// The service's own document says which tests there are, so it is read before they are.
const service = await startTestService();
const document = (await send(service, '/openapi.json')).body as Document;
const guarded = readOperations(document).filter(({ isPublic }) => !isPublic);
const KINDS: readonly Scope[] = [...ROLE_NAMES.map((role) => `sync:${role}` as const), 'sync:read', 'sync:write'];
const keys = new Map<string, string>();
const keyWith = async (...scopes: readonly Scope[]) => {
  const name = scopes.join(' ');
  keys.set(name, keys.get(name) ?? (await service.createKey({ orgId: 'org-1', scopes })));
  return { 'x-api-key': keys.get(name) as string };
};
afterAll(() => service.close());

const ask = async ({ method, path }: { method: string; path: string }, ...scopes: readonly Scope[]) => {
  const nowhere = path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
  const body = ['GET', 'DELETE'].includes(method) ? undefined : {};
  return call(service.url, { method, path: nowhere, headers: {}, body }, await keyWith(...scopes));
};

it('The table of rights names every operation of the document, and no other', () => {
  expect(Object.keys(OPERATION_RIGHTS).sort()).toEqual(guarded.map(({ id }) => id).sort());
});

it('docs/rights.md says what the table says', () => {
  expect(readFileSync('docs/rights.md', 'utf8')).toBe(rightsAsMarkdown());
});

describe.each(guarded)('$id', (operation) => {
  const needed = rightsFor(operation.id) ?? [];

  it.each(KINDS)(
    'is for %s if that has the rights, and otherwise refused with the name of the missing one',
    async (scope) => {
      const response = await ask(operation, scope);
      const missing = needed.find((right) => !hasRight([scope], right));
      if (missing === undefined) return expect(response.problem).not.toBe('missing-scope');
      expect(response).toMatchObject({ status: 403, problem: 'missing-scope' });
      expect(JSON.parse(response.text).detail).toContain(`the right ${missing}, which the scope sync:${missing} gives`);
    },
  );

  it('needs no more than these rights', async () => {
    const scopes = needed.map((right) => `sync:${right}` as const);
    expect((await ask(operation, ...scopes)).problem).not.toBe('missing-scope');
  });
});

/** By hand, from what the roles are for; not from the table. */
const EXPECTED: Readonly<Record<Role, { may: readonly string[]; mayNot: readonly string[] }>> = {
  viewer: {
    may: ['getOverview', 'listSyncs', 'getSync', 'listConnections', 'listActivity', 'streamProgress'],
    mayNot: ['cancelSync', 'startRun', 'retryFailedItems', 'exportActivity', 'createConnection', 'reportProgress'],
  },
  operator: {
    may: ['cancelSync', 'pauseSync', 'resumeSync', 'retryFailedItems', 'startRun', 'acknowledgeAlert'],
    mayNot: ['createConnection', 'setBindings', 'createSchedule', 'exportActivity', 'createAlertRule'],
  },
  integrator: {
    may: ['createConnection', 'changeConnection', 'setBindings', 'createSchedule', 'startPreview', 'startRun'],
    mayNot: ['exportActivity', 'verifyActivity', 'reportProgress'],
  },
  auditor: {
    may: ['listActivity', 'exportActivity', 'verifyActivity', 'listActivitySeals'],
    mayNot: ['getPreview', 'listItems', 'exportConflicts', 'cancelSync', 'startRun', 'createConnection'],
  },
  admin: { may: ['createConnection', 'getPreview', 'exportConflicts', 'createWebhookEndpoint'], mayNot: [] },
};

const PAYLOADS = [
  'getRecord',
  'listRecords',
  'getPreview',
  'lookUpPreview',
  'listItems',
  'itemHistory',
  'listDifferences',
]
  .concat(['listPreviewChanges', 'listSyncChanges', 'listConflicts', 'exportConflicts', 'previewMatches'])
  .concat(['listWebhookDeliveries', 'lookUpRecords']);

describe.each(ROLE_NAMES)('%s', (role) => {
  const refused = async (id: string, ...scopes: Scope[]) => {
    const operation = guarded.find((one) => one.id === id);
    if (!operation) throw new Error(id);
    return (await ask(operation, ...scopes)).problem === 'missing-scope';
  };

  it('may do what it is for, and no more', async () => {
    for (const id of EXPECTED[role].may) expect([id, await refused(id, `sync:${role}`)]).toEqual([id, false]);
    for (const id of EXPECTED[role].mayNot) expect([id, await refused(id, `sync:${role}`)]).toEqual([id, true]);
  });

  it('sees no values of items unless it is given that right beside', async () => {
    for (const id of PAYLOADS) {
      expect([id, await refused(id, `sync:${role}`)]).toEqual([id, role !== 'admin']);
      const needed = (rightsFor(id) ?? []).every((right) => hasRight(scopesOfMember(role, true), right));
      expect([id, await refused(id, ...scopesOfMember(role, true))]).toEqual([id, !needed]);
    }
  });
});

describe('Applying a preview and overriding the delete guard', () => {
  const start = async (scope: Scope, more: object) =>
    send(service, '/api/sync/runs', {
      ...(await keyWith(scope)),
      method: 'POST',
      body: JSON.stringify({
        ...{ source_connection_id: '00000000-0000-4000-8000-000000000000', entity_type: 'customer' },
        ...more,
      }),
    });

  it.each([{ preview: 'a'.repeat(64) }, { override_guard: { reason: 'meant' } }])(
    'need a right of their own: %j',
    async (more) => {
      const refused = await start('sync:operator', more);
      expect(refused).toMatchObject({ status: 403, problem: 'missing-scope' });
      expect(refused.detail).toContain('the right apply');
      for (const scope of ['sync:integrator', 'sync:write'] as const)
        expect((await start(scope, more)).status).toBe(404);
    },
  );

  it('are not needed to start a sync', async () => {
    for (const more of [{}, { preview: null }]) expect((await start('sync:operator', more)).status).toBe(404);
  });
});

it('Every scope is a word of the service: those of other issuers give nothing', async () => {
  for (const scope of SCOPES) expect(scope).toMatch(/^sync:[a-z]+$/);
  for (const other of ['admin', 'operator', 'payloads', 'sync:Admin', 'sync:members ', 'sync:'])
    expect((await ask({ method: 'GET', path: '/api/sync/whoami' }, other as Scope)).status).toBe(403);
});
