import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient } from '../../http/http.types.ts';
import { sendJsonRpc } from './jsonrpc.api.ts';
import { isRecord, readJson, textOf } from './response.reader.ts';

export interface OdooVersion {
  /** As Odoo writes it: `18.0`, `saas~18.4`, `19.0+e`. */
  readonly text: string;
  readonly major: number;
}

/** `/web/version` (19 and later), else `common.version` over `/jsonrpc` (until it goes in 22). Needs no credentials. */
export async function detectVersion(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<OdooVersion> {
  return (await askWeb(http, baseUrl, signal)) ?? (await askJsonRpc(http, baseUrl, signal));
}

async function askWeb(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<OdooVersion | null> {
  try {
    const response = await http.send({ method: 'GET', url: `${baseUrl}/web/version`, idempotent: true, signal });
    return response.status === 200 ? parseVersion(readJson(response, false)) : null;
  } catch (error) {
    // Older servers have no such page: they answer HTML, or send to a sign-in page elsewhere.
    const answered = error instanceof ConnectorError && ['protocol', 'not-found', 'rejected'].includes(error.kind);
    if (answered) return null;
    throw error;
  }
}

async function askJsonRpc(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<OdooVersion> {
  const call = { url: `${baseUrl}/jsonrpc`, service: 'common', method: 'version', args: [], idempotent: true, signal };
  const version = parseVersion((await sendJsonRpc(http, call)).result);
  if (version) return version;
  throw new ConnectorError('protocol', 'The server does not tell its version: is this an Odoo server?');
}

/** `{version, version_info}` of the page, `{server_version, server_version_info}` of the call; null for anything else. */
export function parseVersion(answer: unknown): OdooVersion | null {
  if (!isRecord(answer)) return null;
  const text = textOf(answer.version) || textOf(answer.server_version);
  const info = answer.version_info ?? answer.server_version_info;
  // The first number is `saas~18` on some of Odoo's own servers.
  const first = Array.isArray(info) ? String(info[0]) : text;
  const major = Number(/\d+/.exec(first)?.[0]);
  return Number.isInteger(major) && major > 0 ? { text: text || String(major), major } : null;
}
