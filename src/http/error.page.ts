import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { escapeHtml, PLAIN_PAGE_HEADERS, plainPage } from '../common/plain.page.ts';
import { CATALOGUE_PATH, PROBLEM_TYPE_PREFIX, PROBLEMS } from '../common/problem.catalogue.ts';

const HEADERS = { ...PLAIN_PAGE_HEADERS, 'cache-control': 'public, max-age=3600' };

/** The catalogue of problems as a page: where the Link header of each problem leads. Public, the same for everybody. */
export function serveErrorPage(app: NestFastifyApplication): void {
  const page = errorPage();
  const respond = (_: FastifyRequest, reply: FastifyReply) => reply.headers(HEADERS).send(page);
  app.getHttpAdapter().getInstance().get(CATALOGUE_PATH, respond);
}

function errorPage(): string {
  const sections = Object.entries(PROBLEMS).map(
    ([name, { status, title, cause, action }]) => `<section id="${name}">
<h2>${name}</h2>
<p><strong>${status} ${toHtml(title)}</strong> <code>${PROBLEM_TYPE_PREFIX}${name}</code></p>
<p>Cause: ${toHtml(cause)}</p>
<p>What to do: ${toHtml(action)}</p>
</section>`,
  );
  return plainPage(
    'Errors',
    `<h1>Errors</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Switch on <code>type</code>; it never changes.
The <a href="/handbook/troubleshooting">handbook</a> says what each mostly is.</p>
${sections.join('\n')}`,
  );
}

const toHtml = (markdown: string): string => escapeHtml(markdown).replace(/`([^`]+)`/g, '<code>$1</code>');
