/** What WooCommerce 7.9 does not show yet, by the end of the address of what shows it (test/recordings/woocommerce-7.9). */
const UNKNOWN: readonly (readonly [address: RegExp, names: readonly string[]])[] = [
  // A variation does not say whose it is (recording 245).
  [/\/variations\/\d+$/, ['type', 'name', 'parent_id', 'global_unique_id', 'gallery_image_ids']],
  [/\/products\/\d+$/, ['brands', 'post_password', 'global_unique_id']],
];
/** Of parts: the list that they stand in, and what they lack. */
const UNKNOWN_IN_LISTS: Readonly<Record<string, string>> = {
  attributes: 'slug',
  line_items: 'global_unique_id',
  shipping_lines: 'tax_status',
  refunds: 'total_tax',
  self: 'targetHints',
};

/** A body as WooCommerce 7.9 answers or delivers it, whatever it holds: one thing, a list, or the outcomes of a batch. */
export function inOlderForm(body: unknown): unknown {
  return shown(body, '');
}

function shown(value: unknown, list: string): unknown {
  if (Array.isArray(value)) return value.map((one) => shown(one, list));
  if (typeof value !== 'object' || value === null) return value;
  const address = addressOf(value);
  const names = UNKNOWN.find(([pattern]) => pattern.test(address))?.[1] ?? [];
  const lacking = new Set([...names, UNKNOWN_IN_LISTS[list], 'email_templates']);
  const kept = Object.entries(value).filter(([name]) => !lacking.has(name));
  // What somebody stored as metadata stays as it is.
  const parts = kept.map(([name, part]): [string, unknown] => [name, name === 'meta_data' ? part : shown(part, name)]);
  return Object.fromEntries(parts.map(([name, part]) => (isVersion(name, address) ? [name, '7.9.0'] : [name, part])));
}

const isVersion = (name: string, address: string) => name === 'version' && /\/orders\/\d+$/.test(address);

function addressOf(value: object): string {
  const { _links: links } = value as { _links?: { self?: readonly { href: string }[] } };
  return links?.self?.[0]?.href ?? '';
}
