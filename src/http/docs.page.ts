import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MADE } from './docs.examples.ts';
import { createDocument } from './openapi.ts';

/** Served as files: the page's policy allows no script within it. */
const FILES = { 'docs.theme.css': 'text/css; charset=utf-8', 'docs.page.js': 'text/javascript; charset=utf-8' };

const ORGANIZATION = 'X-Org-Id';
/** Within the 90 days that may be asked for. */
const AHEAD_MS = 60 * 24 * 3_600_000;

interface Operation {
  parameters?: { readonly name?: string; schema?: { example?: unknown } }[];
}

/**
 * The document as the page shows it. The organization is asked for once, with the credentials; for programs, it is a header of each
 * operation. And no request begins with the key of another, which would make it a repetition of that one.
 */
function forThePage(document: OpenAPIObject): OpenAPIObject {
  for (const methods of Object.values(document.paths))
    for (const operation of Object.values(methods) as Operation[]) {
      if (!operation.parameters) continue;
      operation.parameters = operation.parameters.filter(({ name }) => name !== ORGANIZATION);
      for (const { name, schema } of operation.parameters) if (name === 'Idempotency-Key') delete schema?.example;
    }
  // A time that must be ahead is, for as long as a process commonly lives.
  for (const schema of Object.values(document.components?.schemas ?? {}))
    if ('properties' in schema && schema.properties?.until)
      Object.assign(schema.properties.until, { example: new Date(Date.now() + AHEAD_MS).toISOString() });
  const schemes = document.components?.securitySchemes ?? {};
  schemes.organization = {
    ...{ type: 'apiKey', in: 'header', name: ORGANIZATION },
    description: 'Only with a key of every organization: the one that you mean',
  };
  document.security = document.security?.map((one) => ({ ...one, organization: [] }));
  document.info.description +=
    '\n\nOn this page the examples run one after another as they stand: once you have made something, such as a connection, its id ' +
    'in the examples of further requests stands for what you made last.';
  return Object.assign(document, { 'x-examples-stand-for': MADE });
}

/** Swagger UI at /docs, with a theme and names of ours; the document at /openapi.json. */
export function serveDocument(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const [file, type] of Object.entries(FILES)) {
    const content = readFileSync(join(import.meta.dirname, 'docs-page', file), 'utf8');
    const headers = { 'content-type': type, 'cache-control': 'no-cache' };
    fastify.get(`/docs/${file}`, (_: FastifyRequest, reply: FastifyReply) => reply.headers(headers).send(content));
  }
  let page: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Sync Operations API',
    customCssUrl: '/docs/docs.theme.css',
    customJs: '/docs/docs.page.js',
    patchDocumentOnRequest: (request, _, document) => {
      if (!(request as { readonly url: string }).url.startsWith('/docs')) return document;
      page ??= forThePage(structuredClone(document));
      return page;
    },
    // Closed: fifteen groups are an overview, a hundred operations are none, and take a browser seconds to draw.
    swaggerOptions: {
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      docExpansion: 'none',
    },
  });
}
