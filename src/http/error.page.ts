import { createHash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CATALOGUE_PATH, PROBLEM_TYPE_PREFIX, PROBLEMS } from '../common/problem.catalogue.ts';

const STYLE = `:root{color-scheme:light dark;font:1rem/1.6 system-ui,sans-serif}body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;scroll-margin-top:1rem}:target{border-left:.25rem solid;padding-left:.75rem}code{font-family:ui-monospace,monospace}`;

/** Text and one style, which the policy names by its hash: nothing may be run, loaded or framed. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=3600',
};

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
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors · Sync Operations</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Errors</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Switch on <code>type</code>; it never changes.</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const toHtml = (markdown: string): string =>
  markdown.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign).replace(/`([^`]+)`/g, '<code>$1</code>');
