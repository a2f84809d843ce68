import { ConnectorError } from '../contract/connector.error.ts';
import { OdooFault } from './api/odoo.fault.ts';
import { isRecord } from './api/response.reader.ts';
import type { OdooClient } from './client/odoo.client.ts';
import { text } from './client/odoo.values.ts';
import type { OdooEntity } from './odoo.entity.ts';

/** A call with a language or company that Odoo refuses fails, so both are tried. Throws ConnectorError `rejected` that says what would be right. */
export async function checkPlace(client: OdooClient, signal: AbortSignal): Promise<void> {
  const { language, companyId } = client.settings;
  if (language !== null && !(await accepts(client, { lang: language }, signal))) {
    const installed = await rows(client, 'res.lang', [['active', '=', true]], 'code', signal);
    refuse('language', language, 'Odoo does not have this language', 'Installed are', installed);
  }
  if (companyId !== null && !(await accepts(client, { allowed_company_ids: [companyId] }, signal))) {
    const domain = await ownCompanies(client, signal);
    const companies = await rows(client, 'res.company', domain, 'name', signal);
    refuse('company_id', companyId, 'the user of the key may not work in it', 'The user may work in', companies);
  }
}

/** Whether Odoo understands the domain of a setting. What the key may not read is a warning, not an error. */
export async function checkDomain(client: OdooClient, entity: OdooEntity, signal: AbortSignal): Promise<void> {
  try {
    const domain = await entity.domain(signal);
    await client.searchRead(entity.model, { domain, fields: ['id'], limit: 1 }, signal);
  } catch (error) {
    if (!(error instanceof OdooFault) || !error.ofItem) throw error;
    // A UserError says that the model is not installed; what is wrong with a domain is a ValueError.
    if (error.kind === 'rejected' && error.errorClass !== 'user_error')
      refuse(`${entity.type}_domain`, 'the domain', error.quoting);
  }
}

async function accepts(client: OdooClient, place: Readonly<Record<string, unknown>>, signal: AbortSignal) {
  try {
    const args = { domain: [['id', '=', 0]], fields: ['id'], limit: 1 };
    await client.plainCall('res.users', 'search_read', args, { idempotent: true, signal }, place);
    return true;
  } catch (error) {
    if (error instanceof OdooFault && error.ofItem) return false;
    throw error;
  }
}

/** Where a user may see more companies than he may work in. */
async function ownCompanies(client: OdooClient, signal: AbortSignal): Promise<unknown[]> {
  const { uid } = await client.user(signal);
  const args = { domain: [['id', '=', uid]], fields: ['company_ids'] };
  const found = await list(() => client.plainCall('res.users', 'search_read', args, { idempotent: true, signal }));
  const ids = found[0]?.company_ids;
  return Array.isArray(ids) ? [['id', 'in', ids]] : [];
}

async function rows(client: OdooClient, model: string, domain: readonly unknown[], field: string, signal: AbortSignal) {
  const args = { domain, fields: [field], order: 'id asc' };
  const found = await list(() => client.plainCall(model, 'search_read', args, { idempotent: true, signal }));
  return found.map((row) => (model === 'res.lang' ? '' : `${String(row.id)} `) + (text(row[field]) ?? ''));
}

/** Nothing where the user may not read them. */
async function list(read: () => Promise<unknown>): Promise<Readonly<Record<string, unknown>>[]> {
  try {
    const found = await read();
    return Array.isArray(found) ? found.filter(isRecord) : [];
  } catch (error) {
    if (error instanceof OdooFault && error.ofItem) return [];
    throw error;
  }
}

function refuse(setting: string, value: unknown, reason: string, hint = '', choices: readonly string[] = []): never {
  const right = choices.length > 0 ? ` ${hint}: ${choices.join(', ')}.` : '';
  throw new ConnectorError('rejected', `The setting ${setting} is ${String(value)}, and ${reason}.${right}`);
}
