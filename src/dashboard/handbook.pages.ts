import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PLAIN_PAGE_HEADERS, plainPage } from '../common/plain.page.ts';

/** Their names change with their content; the one of the icons does not. */
const ASSETS = 'assets/';
const ICONS = 'vp-icons.css';
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

const NOT_BUILT = plainPage(
  'Handbook',
  `<h1>The handbook is not built yet</h1>
<p><code>npm run docs:build</code> builds it from <code>docs/</code>, where it can be read as well; then start the service again.
<a href="/errors">/errors</a> explains each error, <a href="/docs">/docs</a> describes the API.</p>`,
);

/**
 * The scripts that vitepress writes into its pages are named by their hashes. Its parts style elements by attributes, which can load nothing
 * but images, and its style sheet holds icons as data: URLs. No page holds anything of a tenant.
 */
const headersFor = (inlineScripts: readonly string[]) => ({
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'self' ${inlineScripts.map((hash) => `'${hash}'`).join(' ')}`,
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'content-type': 'text/html; charset=utf-8',
  // It names the files of this build.
  'cache-control': 'no-cache',
});

/** Where `npm run docs:build` puts it, seen from dist/src/dashboard and from src/dashboard. */
function builtHandbook(): string | undefined {
  const places = ['../../handbook', '../../dist/handbook'].map((path) => resolve(import.meta.dirname, path));
  // Written last.
  return places.find((place) => existsSync(join(place, 'inline-scripts.json')));
}

/** docs/ as pages at /handbook. Public, the same for everybody. */
export async function serveHandbook(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/handbook', (_: FastifyRequest, reply: FastifyReply) => reply.redirect('/handbook/'));
  const root = builtHandbook();
  if (!root) {
    const respond = (_: FastifyRequest, reply: FastifyReply) => reply.headers(PLAIN_PAGE_HEADERS).send(NOT_BUILT);
    fastify.get('/handbook/*', respond);
    return;
  }
  // Nothing is served but what was there at the start, so no address leads out of the folder.
  const files = new Set(
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/')),
  );
  const headers = headersFor(JSON.parse(readFileSync(join(root, 'inline-scripts.json'), 'utf8')));
  // In a scope of its own, because Swagger UI and the dashboard serve files, too.
  await fastify.register(async (scope) => {
    await scope.register(fastifyStatic, { root, serve: false, preCompressed: true });
    scope.get<{ Params: { '*': string } }>('/handbook/*', (request, reply) => {
      const path = request.params['*'];
      if (path.startsWith(ASSETS) && files.has(path)) return reply.sendFile(path, { immutable: true, maxAge: YEAR_MS });
      if (path === ICONS) return reply.sendFile(path);
      const page = `${path || 'index'}.html`;
      if (!files.has(page)) return reply.callNotFound();
      return reply.headers(headers).sendFile(page, { cacheControl: false });
    });
  });
}
