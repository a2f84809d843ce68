import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { atTheirAddress, type ExampleSystems, NEEDED_BESIDE, STAND_INS } from './docs.examples.ts';
import { createDocument } from './openapi.ts';

const SCRIPT = 'text/javascript; charset=utf-8';
/** Served as files: the page's policy allows no script within it. */
const FILES = { 'docs.theme.css': 'text/css; charset=utf-8', 'docs.page.js': SCRIPT, 'stand-ins.js': SCRIPT };

const ORGANIZATION = 'X-Org-Id';
/** Within the 90 days that may be asked for. */
const AHEAD_MS = 60 * 24 * 3_600_000;

interface Operation {
  readonly operationId?: string;
  description?: string;
  parameters?: { readonly name?: string; schema?: { example?: unknown } }[];
  readonly requestBody?: { readonly content: Record<string, { examples?: Parameters<typeof atTheirAddress>[0] }> };
}

/**
 * The document as the page shows it. The organization is asked for once, with the credentials; for programs, it is a header of each
 * operation. And no request begins with the key of another, which would make it a repetition of that one.
 */
function forThePage(document: OpenAPIObject, systems: ExampleSystems): OpenAPIObject {
  for (const methods of Object.values(document.paths))
    for (const operation of Object.values(methods) as Operation[]) {
      const body =
        operation.operationId === 'createConnection' ? operation.requestBody?.content['application/json'] : undefined;
      if (body?.examples) body.examples = atTheirAddress(body.examples, systems);
      const needed = NEEDED_BESIDE[operation.operationId ?? ''];
      if (needed) operation.description = `${operation.description}\n\n**The example on this page.** ${needed}`;
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
    '\n\nOn this page the examples run one after another as they stand: first those that make something, then what looks at it or changes ' +
    'it, last what ends or removes it. Once you have made something, such as a connection, its id in the examples of further requests stands ' +
    'for what you made last, and a customer for one that was read. Wait for a sync to end before you ask for what came of it. What needs a second person says so.' +
    (systems.shop && systems.erp
      ? ''
      : ' The shop and the ERP of the examples do not exist here, so what needs an answer of theirs is refused; `npm run demo` has both.');
  return Object.assign(document, { 'x-examples-stand-for': STAND_INS });
}

/** Swagger UI at /docs, with a theme and names of ours; the document at /openapi.json. */
export function serveDocument(app: NestFastifyApplication, systems: ExampleSystems): void {
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
      page ??= forThePage(structuredClone(document), systems);
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
