import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/common/problem.catalogue.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('The page /errors', () => {
  it('explains each type at an anchor of its name, to everybody, and may be cached', async () => {
    const response = await fetch(`${service.url}/errors`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
    const page = await response.text();
    const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name);
    expect(anchors).toEqual(Object.keys(PROBLEMS));
    expect(page).not.toContain('`');
  });

  it('may run and load nothing', async () => {
    const response = await fetch(`${service.url}/errors`);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(policy).not.toMatch(/unsafe|script-src/);
    expect(await response.text()).not.toMatch(/<script|<link|<img|style="|https?:/);
  });
});

describe('A problem', () => {
  const bearer = async () => ({ authorization: `Bearer ${await token('org-1')}` });
  const ask = async (path: string, init: RequestInit = {}, headers = {}) => {
    const response = await fetch(`${service.url}${path}`, { ...init, headers });
    const { type } = (await response.json()) as { type: string };
    return { type, link: response.headers.get('link') };
  };

  it.each([
    ['without credentials', 'unauthenticated', () => ask('/api/sync/progress')],
    ['of an address that cannot be read', 'malformed-request', () => ask('/%zz')],
    ['of a path that does not exist', 'not-found', async () => ask('/api/sync/nothing', {}, await bearer())],
    ['of an unknown sync', 'not-found', async () => ask('/api/sync/progress/none', {}, await bearer())],
    [
      'of a body that is not valid',
      'invalid-request',
      async () =>
        ask(
          '/api/sync/progress',
          { method: 'POST', body: '{}' },
          { ...(await bearer()), 'content-type': 'application/json' },
        ),
    ],
  ])('%s keeps its type and links to its explanation', async (_, name, request) => {
    expect(await request()).toEqual({
      type: `urn:sync-operations:problem:${name}`,
      link: `</errors#${name}>; rel="help"`,
    });
  });
});
