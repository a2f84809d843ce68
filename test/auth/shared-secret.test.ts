import { generateKeyPair, type SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { claims, sendWithToken } from './auth.support.ts';

const SECRET = 'the-shared-secret-of-these-tests-0123456789';
const ISSUER = 'https://issuer.example';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({
    SYNC_JWT_SECRET: SECRET,
    SYNC_JWT_ISSUER: ISSUER,
    SYNC_JWT_AUDIENCE: 'sync-operations',
  });
});
afterAll(() => service.close());

const sign = (token: SignJWT, secret = SECRET, alg = 'HS256') =>
  token.setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

/** As our issuer writes them, for us. */
const ours = (overrides: Record<string, unknown> = {}) => claims({ iss: ISSUER, aud: 'sync-operations', ...overrides });

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('a token with the shared secret', () => {
  it('is its subject in its organization', async () => {
    const { status, body } = await sendWithToken(service, await sign(ours()));
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { kind: 'token', name: 'user-1', user_id: 'user-1', org_id: 'org-1', database_org_id: 'org-1' },
    });
  });

  it('is accepted repeatedly, with the scheme Bearer in upper or lower case', async () => {
    const token = await sign(ours());
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expect((await send(service, '/api/sync/whoami', { authorization: `${scheme} ${token}` })).status).toBe(200);
  });

  it.each<[why: string, token: () => Promise<string> | string, detail: string]>([
    ['expired', () => sign(ours({ exp: inSeconds(-60) })), 'The token has expired.'],
    ['never expires', () => sign(ours({ exp: undefined })), 'claim "exp"'],
    ['is not valid yet', () => sign(ours({ nbf: inSeconds(60) })), 'claim "nbf"'],
    ['has no subject', () => sign(ours({ sub: undefined })), 'claim "sub"'],
    ['has a subject that is no text', () => sign(ours({ sub: 7 })), 'claim "sub"'],
    ['names no organization', () => sign(ours({ org_id: undefined })), 'claim "org_id"'],
    ['names an empty organization', () => sign(ours({ org_id: '' })), 'claim "org_id"'],
    ['names a list of organizations', () => sign(ours({ org_id: ['org-1', 'org-2'] })), 'claim "org_id"'],
    ['is of another issuer', () => sign(ours({ iss: 'https://other.example' })), 'claim "iss"'],
    ['is of no issuer', () => sign(ours({ iss: undefined })), 'claim "iss"'],
    ['is for somebody else', () => sign(ours({ aud: 'billing' })), 'claim "aud"'],
    ['is for nobody', () => sign(ours({ aud: undefined })), 'claim "aud"'],
    ['has another secret', () => sign(ours(), `${SECRET}!`), 'cannot be verified'],
    ['has another algorithm', () => sign(ours(), SECRET, 'HS512'), 'cannot be verified'],
    ['has no signature', () => new UnsecuredJWT({ ...decoded(), iss: ISSUER }).encode(), 'cannot be verified'],
    ['has its signature cut off', async () => (await sign(ours())).replace(/[^.]+$/, ''), 'cannot be verified'],
    ['was changed after it was signed', changedAfterwards, 'cannot be verified'],
    ['is no token at all', () => 'nonsense', 'cannot be verified'],
  ])('is refused when it %s', async (_why, token, detail) => {
    const response = await sendWithToken(service, await token());
    expect(response).toMatchObject({ status: 401, problem: 'unauthenticated' });
    expect(response.detail).toContain(detail);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer /);
  });

  it('is refused when it is signed with a private key of the sender', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = await ours().setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    expect((await sendWithToken(service, token)).status).toBe(401);
  });

  it('is not looked for in other schemes', async () => {
    const response = await send(service, '/api/sync/whoami', { authorization: `Basic ${btoa('user-1:secret')}` });
    expect(response).toMatchObject({ status: 401, detail: 'Authorization must be: Bearer <token>.' });
  });
});

describe('a scope', () => {
  const start = { method: 'POST', body: JSON.stringify({ entity_type: 'customer', source_system: 'shop' }) };

  it.each<[scope: unknown, scopes: string[], canWrite: boolean]>([
    ['sync:read', ['sync:read'], false],
    ['sync:write', ['sync:read', 'sync:write'], true],
    ['sync:admin', ['sync:read', 'sync:write', 'sync:admin'], true],
    ['openid sync:write profile', ['sync:read', 'sync:write'], true],
    [['sync:read', 'sync:write'], ['sync:read', 'sync:write'], true],
  ])('%j includes the lesser ones and no more', async (scope, scopes, canWrite) => {
    const token = await sign(ours({ scope }));
    expect((await sendWithToken(service, token)).body.scopes).toEqual(scopes);
    const { status } = await send(service, '/api/sync/progress', { authorization: `Bearer ${token}`, ...start });
    expect(status).toBe(canWrite ? 201 : 403);
  });

  it.each([[undefined], [''], ['openid'], ['sync:reader'], ['SYNC:ADMIN'], [{ 'sync:admin': true }]])(
    'of another kind lets nobody in: %j',
    async (scope) => {
      const response = await sendWithToken(service, await sign(ours({ scope })));
      expect(response).toMatchObject({ status: 403, problem: 'missing-scope' });
      expect(response.detail).toContain('sync:view');
    },
  );
});

function decoded(): Record<string, unknown> {
  return { sub: 'user-1', org_id: 'org-1', scope: 'sync:admin', aud: 'sync-operations', exp: inSeconds(3600) };
}

async function changedAfterwards(): Promise<string> {
  const [header, , signature] = (await sign(ours())).split('.');
  const payload = Buffer.from(JSON.stringify({ ...decoded(), iss: ISSUER, org_id: 'org-2' })).toString('base64url');
  return [header, payload, signature].join('.');
}
