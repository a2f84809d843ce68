import type { ConnectorOutcome } from './connector.act.ts';
import { pageOf, signInTo } from './dashboard.link.ts';
import type { ServiceAccess } from './service.launch.ts';

export interface Place {
  readonly access: ServiceAccess;
  readonly orgId: string;
  /** Id of the first act's sync. */
  readonly syncId: string;
  /** Undefined when there was no second act. */
  readonly connectors: ConnectorOutcome | undefined;
  readonly shopUrl: string;
  /** Undefined for the default folder, which commands find by themselves. */
  readonly dataDir: string | undefined;
}

/** Where to look next; every command works as it is printed. */
export function whereToLook(place: Place): string[] {
  const { access, orgId, syncId, dataDir } = place;
  const { url, apiKey, pid } = access;
  const call = [`-H 'X-Api-Key: ${apiKey}'`, `-H 'X-Org-Id: ${orgId}'`];
  const environment = dataDir === undefined ? '' : `SYNC_DATA_DIR='${dataDir.replaceAll("'", "'\\''")}' `;
  return [
    'The service stays up. Look around:',
    `  Dashboard            ${pageOf(url, orgId)}`,
    `  API documentation    ${url}/docs`,
    '  Sign in with a browser (the link works once, within the hour):',
    `  ${signInTo(access, orgId)}`,
    '',
    "The first act's sync, the newest failures, and all failures by message:",
    curl(...call, `'${url}/api/sync/progress/${syncId}'`),
    curl(...call, `'${url}/api/sync/activity?failed=true&limit=3'`),
    curl(...call, `'${url}/api/sync/activity/errors'`),
    ...(place.connectors ? connectorLines(place, place.connectors, call) : []),
    '',
    "The database's URL, for psql or any client:",
    `  ${environment}npm run --silent db:url -- owner`,
    '',
    `To see it recover: kill -9 ${pid}`,
    'Ctrl-C to stop.',
  ];
}

function connectorLines({ access: { url }, shopUrl }: Place, outcome: ConnectorOutcome, call: string[]): string[] {
  const { shopConnection, odooConnection, cacheKey, customerId } = outcome;
  const change = [customerId, { billing: { phone: '+49 30 1234' } }];
  const run = {
    source_connection_id: shopConnection,
    destination: { connection_id: odooConnection },
    ...{ entity_type: 'customer', mode: 'incremental' },
  };
  return [
    '',
    'The two connections, and the first changes of the preview:',
    curl(...call, `'${url}/api/sync/connections'`),
    curl(...call, `'${url}/api/sync/previews/${cacheKey}/changes?kind=update&limit=2'`),
    '',
    'Change a customer in the shop yourself, and let the service copy the change:',
    curl(`-d '${JSON.stringify(change)}'`, `'${shopUrl}/__sandbox/admin/updateCustomer'`),
    curl(...call, "-H 'Content-Type: application/json'", `-d '${JSON.stringify(run)}'`, `'${url}/api/sync/runs'`),
  ];
}

const curl = (...parts: string[]): string => [`  curl ${parts[0]}`, ...parts.slice(1)].join(' \\\n    ');
