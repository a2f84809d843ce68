import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { FURTHER_RIGHTS, rightsFor } from '../auth/operation.rights.ts';
import { ProblemDto, ProblemFieldDto } from '../common/operation.ts';
import { CATALOGUE_PATH } from '../common/problem.catalogue.ts';

/** The document of the whole API; also written to openapi.json, from which the client is generated. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Sync Operations')
    .setDescription(
      'Runs and watches syncs: live progress with speed and ETA, an audit trail that cannot be edited, previews. ' +
        'Every request belongs to one organization: the one of your token or key, or for a key of every organization the one ' +
        'named in X-Org-Id or orgId. Times are RFC 3339 in UTC. Errors are application/problem+json with a stable type.',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The service that this document comes from')
    .setExternalDoc('What each problem type means and what to do', CATALOGUE_PATH)
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Claims sub, org_id, scope' },
      'token',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'npm run keys -- create' }, 'key')
    .addGlobalParameters({
      name: 'X-Org-Id',
      in: 'header',
      required: false,
      description: 'The organization, with a key of every organization',
      schema: { type: 'string', example: 'org-123' },
    })
    .addTag('progress', 'Syncs that are active: start, report, watch, control')
    .addTag('activity', 'The audit trail: append and read, never change')
    .addTag('previews', 'What a sync would change, kept for a while')
    .addTag('connections', 'A shop, an ERP: its address, credentials and settings; the catalogue of systems')
    .addTag('bindings', 'Which entries of two systems belong together: what matches, what a person decides')
    .addTag('schedules', 'Runs by the clock')
    .addTag('runs', 'Syncs that the service runs itself: start, preview, apply, retry')
    .addTag(
      'console',
      'What an operator looks at: the overview, the list of all syncs, conflicts, a record by its name',
    )
    .addTag('records', 'Canonical copies of what was read, and their changes')
    .addTag('hooks', 'Where a system sends its webhooks')
    .addTag(
      'webhook-endpoints',
      'Who is told what happens: receivers of events, what was sent to them, and sending it again',
    )
    .addTag('alerts', 'What to be told of: rules, what is open, acknowledging and muting it')
    .addTag('members', 'Keys of your organization, its people and their roles, and what it wants of itself')
    .addTag('erasures', 'Erasing a person from everything that is kept here')
    .addTag('whoami', 'Who you are here')
    .addTag('health', 'For load balancers')
    .addSecurityRequirements('token')
    .addSecurityRequirements('key')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemDto, ProblemFieldDto] });
  return withPlainNames(withRights(withNullInLists(withTextualDefaults(document))));
}

/** Which rights each operation needs, for people and for generators that know the extension. */
function withRights(document: OpenAPIObject): OpenAPIObject {
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods) as { operationId?: string }[]) {
      const rights = rightsFor(operation.operationId ?? '');
      const further = FURTHER_RIGHTS[operation.operationId ?? ''];
      if (rights) Object.assign(operation, { 'x-required-rights': rights });
      if (further) Object.assign(operation, { 'x-further-rights': [further] });
    }
  }
  return document;
}

/** The suffix `Dto` distinguishes our classes from rows; types of a client read better without it. */
function withPlainNames(document: OpenAPIObject): OpenAPIObject {
  const plain = JSON.stringify(document).replaceAll(/"(#\/components\/schemas\/)?(\w+)Dto"/g, '"$1$2"');
  return JSON.parse(plain) as OpenAPIObject;
}

/**
 * Some generators make a member with a default required, since every answer has it; in a request it may be left out. So the default
 * of a member is told in words.
 */
function withTextualDefaults(document: OpenAPIObject): OpenAPIObject {
  for (const schema of Object.values(document.components?.schemas ?? {})) {
    for (const property of Object.values('properties' in schema ? (schema.properties ?? {}) : {})) {
      if (!('default' in property)) continue;
      const { description, default: value } = property;
      const said = description ? `${description.replace(/\.$/, '')}. ` : '';
      Object.assign(property, { description: `${said}Default: ${JSON.stringify(value)}.` });
      delete property.default;
    }
  }
  return document;
}

/** In OpenAPI 3.0 a list of values excludes null, though the property may be null, unless it has it. */
function withNullInLists(document: OpenAPIObject): OpenAPIObject {
  for (const schema of Object.values(document.components?.schemas ?? {}))
    for (const property of Object.values('properties' in schema ? (schema.properties ?? {}) : {}))
      if ('enum' in property && property.nullable && !property.enum?.includes(null))
        property.enum = [...(property.enum ?? []), null];
  return document;
}
