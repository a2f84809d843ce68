import { createHash } from 'node:crypto';
import type { Domain, Row } from './api/odoo-api.types.ts';
import type { OdooClient } from './client/odoo.client.ts';
import { shiftTime, text } from './client/odoo.values.ts';
import type { OdooEntity } from './odoo.entity.ts';

/** When more rows changed within the overlap, the token covers the newest of them. */
const MAX_ROWS = 500;

/**
 * Combines the number of records with a hash of the latest changes: a delete changes the number, any other change a time. The hash
 * covers all rows within the overlap before the newest change, because a long transaction appears late with the time when it began. It
 * covers their content, because a second change within the same second does not change the visible time. Null when Odoo shows fewer of
 * these rows than it counts.
 */
export async function changeToken(
  client: OdooClient,
  entity: OdooEntity,
  domain: Domain,
  signal: AbortSignal,
): Promise<string | null> {
  const fields = await entity.fields(signal);
  const own = await tokenOf(client, { model: entity.model, domain, fields }, signal);
  // A new product makes no order another. What a renamed one changes is found when the items are compared.
  const parts = (await entity.parts(signal)).filter(({ shared }) => !shared);
  const others = await Promise.all(
    parts.map((part) => tokenOf(client, { model: part.model, domain: [], fields: part.fields }, signal)),
  );
  const tokens = [own, ...others];
  return tokens.includes(null) ? null : tokens.join('/');
}

interface Covered {
  readonly model: string;
  readonly domain: Domain;
  readonly fields: readonly string[];
}

async function tokenOf(
  client: OdooClient,
  { model, domain, fields }: Covered,
  signal: AbortSignal,
): Promise<string | null> {
  const count = await client.searchCount(model, domain, signal);
  const order = 'write_date desc, id desc';
  const [newest] = await client.searchRead(model, { domain, fields: ['write_date'], order, limit: 1 }, signal);
  const time = text(newest?.write_date);
  if (time === null) return `${count}`;
  const since = ['write_date', '>=', shiftTime(time, -60 * client.settings.overlapMinutes)];
  const search = { domain: [...domain, since], fields: [...fields, 'write_date'], order, limit: MAX_ROWS };
  const rows = await client.searchRead(model, search, signal);
  const isCapped = rows.length < MAX_ROWS && (await client.searchCount(model, search.domain, signal)) > rows.length;
  if (isCapped) return null;
  return `${count}-${hashOf(rows)}`;
}

function hashOf(rows: readonly Row[]): string {
  // Sorted by field: Odoo returns fields in the order of the request, which a new version of this service may change.
  const sorted = rows.map((row) => Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22);
}
