import type { SystemIdentity } from '../contract/connector.types.ts';
import { OdooFault } from './api/odoo.fault.ts';
import type { OdooClient } from './client/odoo.client.ts';
import { text } from './client/odoo.values.ts';

/**
 * The uuid of the database, which Odoo renews when it copies one, but which only an administrator may read. Who may not is told by the
 * address, the name of the database and the time when the first company that the user sees was created: that is made with the database.
 */
export async function identifyDatabase(client: OdooClient, signal: AbortSignal): Promise<SystemIdentity> {
  const { baseUrl, database, companyId } = client.settings;
  const [uuid] = await rowsOf(client, 'ir.config_parameter', [['key', '=', 'database.uuid']], ['value'], signal);
  const companies = companyId === null ? [] : [['id', '=', companyId]];
  const [company] = await rowsOf(client, 'res.company', companies, ['create_date'], signal);
  const since = company ? ` company ${String(company.id)} of ${text(company.create_date) ?? 'unknown'}` : '';
  return {
    identity: text(uuid?.value),
    place: `${baseUrl.replace(/^https?:\/\//, '')} ${database}${since}`,
    scope: companyId === null ? '' : `company ${companyId}`,
  };
}

async function rowsOf(client: OdooClient, model: string, domain: unknown[], fields: string[], signal: AbortSignal) {
  const search = { domain, fields, limit: 1 };
  return (await orNull(() => client.searchRead(model, search, signal))) ?? [];
}

/** Null for what this user or version does not allow to read. */
export async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OdooFault && error.ofItem && error.errorClass !== 'unknown_database') return null;
    throw error;
  }
}
