import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawAnswer, sendHead } from '../support/raw-connection.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** Every 4xx that Fastify, its plugins, Nest or Node can raise, and some that nobody has named. */
const STATUSES = [
  ...[
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424,
  ],
  ...[425, 426, 428, 429, 431, 451, 499],
];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

function expectProblem({ headers, body, ...answer }: RawAnswer, status: number): void {
  expect(answer.status).toBe(status);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
  expect(problem).toMatchObject({ status, type: expect.stringMatching(/^urn:sync-operations:problem:[a-z-]+$/) });
}

it.each(STATUSES)('a status of %i that anything raises leaves as a problem with that status', async (status) => {
  const app = await raising(Object.assign(new Error('Refused'), { statusCode: status }));
  const response = await app.inject({ method: 'GET', url: '/raise' });
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(response.json()).toMatchObject({ status });
  expect(response.json().type).not.toMatch(/internal-error/);
});

it.each([500, 501, 505, 599, 200])('a status of %i is our fault', async (status) => {
  const app = await raising(Object.assign(new Error('secret'), { statusCode: status }));
  const response = await app.inject({ method: 'GET', url: '/raise' });
  expect([response.statusCode, response.body.includes('secret')]).toEqual([500, false]);
});

/** A bare Fastify whose errors go through the service's filter. */
async function raising(error: Error): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const { ProblemFilter } = await import('../../src/http/problem.filter.ts');
  const filter = new ProblemFilter();
  const app = fastify();
  app.setErrorHandler((raised, request, reply) => filter.respond(raised, request, reply));
  app.get('/raise', () => {
    throw error;
  });
  return app;
}

describe('a path that leads out of a folder of files', () => {
  it.each(['/assets/../index.html', '/assets/%00', '/assets/', '/assets/%2e%2e/main.js', '/docs/../../package.json'])(
    'is not found: %s',
    async (path) => {
      expectProblem(await sendHead(service, `GET ${path} HTTP/1.1`, 'Host: x'), 404);
    },
  );
});

describe('what Node refuses before there is a request', () => {
  it.each<[what: string, status: number, lines: string[]]>([
    ['an address that is too long', 431, [`GET /api/sync/whoami?${'a'.repeat(20_000)} HTTP/1.1`, 'Host: x']],
    ['a header without a colon', 400, ['GET / HTTP/1.1', 'Host: x', 'bad header']],
    ['what is not HTTP', 400, ['HELLO']],
    ['two lengths', 400, ['POST /sign-in HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Content-Length: 2']],
    [
      'an unknown transfer encoding',
      400,
      ['POST /sign-in HTTP/1.1', 'Host: x', 'Transfer-Encoding: x', 'Content-Length: 1'],
    ],
    ['no host', 400, ['GET /health/live HTTP/1.1']],
    ['an expectation that nobody knows', 417, ['GET /health/live HTTP/1.1', 'Host: x', 'Expect: a-miracle']],
  ])('is a problem, too: %s', async (_what, status, lines) => {
    expectProblem(await sendHead(service, ...lines), status);
  });

  it('says that a token is too long', async () => {
    const answer = await sendHead(service, 'GET / HTTP/1.1', 'Host: x', `Authorization: Bearer ${'a'.repeat(17_000)}`);
    expectProblem(answer, 431);
    expect(answer.body).toContain('token in Authorization is too long');
  });
});
