import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** What the page may do: run and style itself with its own files, and talk to its own service. Nothing inline. */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'content-type': 'text/html; charset=utf-8',
  // It names the files of this build.
  'cache-control': 'no-cache',
};

const NOT_BUILT = 'The dashboard is not built yet: npm run build. The API is described at <a href="/docs">/docs</a>.';

/** Where `npm run build` puts the page, seen from dist/src/dashboard and from src/dashboard. */
function builtPage(): string | undefined {
  const places = ['../../web', '../../dist/web'].map((path) => resolve(import.meta.dirname, path));
  return places.find((place) => existsSync(join(place, 'assets')));
}

/** The dashboard at `/`, and at `/o/{organization}/…`, which the page itself distinguishes. None of its files contains data of a tenant. */
export async function serveDashboard(app: NestFastifyApplication): Promise<void> {
  const root = builtPage();
  const page = root ? readFileSync(join(root, 'index.html'), 'utf8') : NOT_BUILT;
  const fastify = app.getHttpAdapter().getInstance();
  const respond = (_: FastifyRequest, reply: FastifyReply) => reply.headers(PAGE_HEADERS).send(page);
  for (const path of ['/', '/o/*']) fastify.get(path, respond);
  if (!root) return;
  // Compressed when they were built; their names change with their content.
  const files = { decorateReply: false, preCompressed: true, index: false } as const;
  await app.register(fastifyStatic, {
    ...files,
    root: join(root, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: YEAR_MS,
  });
  fastify.get('/icon.svg', (_, reply) =>
    reply
      .header('content-type', 'image/svg+xml')
      .header('cache-control', 'max-age=86400')
      .send(readFileSync(join(root, 'icon.svg'))),
  );
}
