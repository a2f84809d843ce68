import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient } from '../../http/http.types.ts';
import { sendJsonRpc } from './jsonrpc.api.ts';
import { isRecord, readJson, textOf } from './response.reader.ts';

export interface OdooVersion {
  /** As Odoo writes it: `18.0`, `saas~18.4`, `19.0+e`. */
  readonly text: string;
  readonly major: number;
}

/** Reads `/web/version` (19 and later), else calls `common.version` over `/jsonrpc` (removed in 22). Needs no credentials. */
export async function detectVersion(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<OdooVersion> {
  return (await readWebVersion(http, baseUrl, signal)) ?? (await callVersion(http, baseUrl, signal));
}

async function readWebVersion(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<OdooVersion | null> {
  try {
    const response = await http.send({ method: 'GET', url: `${baseUrl}/web/version`, idempotent: true, signal });
    return response.status === 200 ? parseVersion(await readJson(response, false)) : null;
  } catch (error) {
    // Older servers have no such page: they return HTML, or redirect to a sign-in page.
    const responded = error instanceof ConnectorError && ['protocol', 'not-found', 'rejected'].includes(error.kind);
    if (responded) return null;
    throw error;
  }
}

async function callVersion(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<OdooVersion> {
  const call = { url: `${baseUrl}/jsonrpc`, service: 'common', method: 'version', args: [], idempotent: true, signal };
  const version = parseVersion((await sendJsonRpc(http, call)).result);
  if (version) return version;
  throw new ConnectorError('protocol', 'The server did not return a version: is this an Odoo server?');
}

/** `{version, version_info}` from the page, `{server_version, server_version_info}` from the call; null for anything else. */
export function parseVersion(value: unknown): OdooVersion | null {
  if (!isRecord(value)) return null;
  const text = textOf(value.version) || textOf(value.server_version);
  const info = value.version_info ?? value.server_version_info;
  // The first part is `saas~18` on some of Odoo's own servers.
  const first = Array.isArray(info) ? String(info[0]) : text;
  const major = Number(/\d+/.exec(first)?.[0]);
  return Number.isInteger(major) && major > 0 ? { text: text || String(major), major } : null;
}
