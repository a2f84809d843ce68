import type { CheckResult } from '../contract/connector.types.ts';
import type { Row } from './api/odoo-api.types.ts';
import type { AccessOperation, OdooClient } from './client/odoo.client.ts';
import { text } from './client/odoo.values.ts';
import type { OdooEntity } from './odoo.entity.ts';
import { orNull } from './odoo.identity.ts';
import { CompanyLookup } from './orders/company.lookup.ts';
import { checkDomain, checkPlace } from './settings.check.ts';

/** Signs in and checks the permissions of the key, without changing a record. */
export async function checkAccess(
  client: OdooClient,
  entities: readonly OdooEntity[],
  now: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  const version = await client.version(signal);
  await client.user(signal);
  await checkPlace(client, signal);
  const user = await signIn(client, signal);
  for (const entity of entities) await checkDomain(client, entity, signal);
  const login = text(user?.login);
  const { username } = client.settings;
  const other = login !== null && login !== username;
  return {
    version: version.text,
    account: login ?? username,
    credentials_expire_at: user ? await keyExpiry(client, Number(user.id), now, signal) : null,
    warnings: [
      ...(user && version.major < 19 && 'email' in user && text(user.email) === null ? [NO_EMAIL] : []),
      ...(other ? [`The key belongs to ${login}, not to ${username}.`] : []),
      ...((await new CompanyLookup(client).load(signal)).pricesWithTax ? [PRICES_WITH_TAX] : []),
      ...(await accessWarnings(client, entities, signal)),
      ...(await cappedWarnings(client, entities, signal)),
    ],
  };
}

/** The size of most pages. */
const PROBE = 100;

/** The service carries the number over, and knows no tax of a product to take out of it. */
const PRICES_WITH_TAX =
  'Prices of products include tax here (the setting of the company), and are carried over as they are: the other system must mean the same by a price; else leave `price` out (field_directions).';

/** From 19 on, it does not matter. */
const NO_EMAIL =
  'The user of the key has no email address: Odoo will refuse changes of quantities of confirmed orders. Give the user one.';

/** Null when the server does not return the user. */
async function signIn(client: OdooClient, signal: AbortSignal): Promise<Row | null> {
  const { uid } = await client.user(signal);
  const mine = uid === null ? ['login', '=', client.settings.username] : ['id', '=', uid];
  return client.firstReadable('res.users', { domain: [mine], fields: ['login', 'email'] }, signal);
}

/** RFC 3339. Odoo does not say which of the user's keys is ours, so the one that expires first counts. */
async function keyExpiry(client: OdooClient, userId: number, now: number, signal: AbortSignal): Promise<string | null> {
  const model = 'res.users.apikeys';
  const rows = await orNull(() =>
    client.searchRead(model, { domain: [['user_id', '=', userId]], fields: ['expiration_date'] }, signal),
  );
  const times = (rows ?? []).map((row) => `${String(row.expiration_date).replace(' ', 'T')}Z`);
  return times.filter((time) => Date.parse(time) > now).sort()[0] ?? null;
}

async function accessWarnings(client: OdooClient, entities: readonly OdooEntity[], signal: AbortSignal) {
  const warnings: string[] = [];
  for (const { type, model } of entities) {
    const may = (operation: AccessOperation) => client.mayAccess(model, operation, signal);
    const [read, write, create] = [await may('read'), await may('write'), await may('create')];
    if (read === false) warnings.push(`The key may not read ${type}s (${model}).`);
    else if (write === false) warnings.push(`The key may read but not write ${type}s (${model}).`);
    else if (create === false) warnings.push(`The key may not create ${type}s (${model}).`);
  }
  const makesTaxes = client.settings.unknownTaxes === 'create';
  if (makesTaxes && (await client.mayAccess('account.tax', 'create', signal)) === false) warnings.push(NO_TAXES);
  return warnings;
}

const NO_TAXES =
  'The key may not create taxes (account.tax), so an order with a tax that Odoo does not have will fail as unknown_tax.';

/** Syncs read everything all the same, with more requests. Other programs may not. */
async function cappedWarnings(client: OdooClient, entities: readonly OdooEntity[], signal: AbortSignal) {
  const warnings: string[] = [];
  for (const { type, model } of entities) {
    const rows = await orNull(() => client.searchRead(model, { domain: [], fields: ['id'], limit: PROBE }, signal));
    if (rows === null || rows.length === PROBE) continue;
    const expected = Math.min(PROBE, await client.searchCount(model, [], signal));
    if (rows.length < expected)
      warnings.push(`Answers about ${type}s (${model}) are capped: Odoo shows ${rows.length} of ${expected}.`);
  }
  return warnings;
}
