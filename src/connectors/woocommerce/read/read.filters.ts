import type { EntityType } from '../../canonical/canonical.types.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import { naiveUtc } from '../pagination/modified.bounds.ts';
import type { Params } from '../shop/shop.client.ts';

/** The filters of a run, and their names in the shop. */
const SHOP_NAMES: Readonly<Record<EntityType, Readonly<Record<string, string>>>> = {
  customer: { email: 'email', search: 'search' },
  product: { sku: 'sku', category: 'category', search: 'search', status: 'status' },
  order: { status: 'status', search: 'search', created_after: 'after', created_before: 'before' },
};

/** Throws ConnectorError `rejected` for an unknown filter, or a value that is neither text nor a number. */
export function filterParams(entity: EntityType, filters: Readonly<Record<string, unknown>>): Params {
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(filters)) {
    const shopName = Object.hasOwn(SHOP_NAMES[entity], name) ? SHOP_NAMES[entity][name] : undefined;
    if (shopName === undefined) {
      const known = Object.keys(SHOP_NAMES[entity]).join(', ');
      throw new ConnectorError(
        'rejected',
        `WooCommerce ${entity}s cannot be filtered by "${name}". Available filters: ${known}.`,
        { filter: name },
      );
    }
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new ConnectorError('rejected', `The filter "${name}" must be text or a number.`, { filter: name });
    }
    params[shopName] = name.startsWith('created_') ? timeOf(name, value) : value;
    if (name.startsWith('created_')) params.dates_are_gmt = 'true';
  }
  return params;
}

function timeOf(name: string, value: string | number): string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time))
    throw new ConnectorError('rejected', `The filter "${name}" must be an RFC 3339 time.`, { filter: name });
  return naiveUtc(time);
}
