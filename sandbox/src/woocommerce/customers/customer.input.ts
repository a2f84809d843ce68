import { mergeAddress } from './customer.address.ts';
import { profileName } from './customer.names.ts';
import type { CustomerRecord, MetaItem } from './customer.types.ts';

/** The parameters of a create or an update; validated, unless they come in a batch. */
export type CustomerInput = Readonly<Record<string, unknown>>;

/** The customer with every given field replaced. Fields that are not given stay, inside addresses too. */
export function mergeInput(customer: CustomerRecord, input: CustomerInput, nextMetaId: () => number): CustomerRecord {
  return {
    ...customer,
    first_name: input.first_name === undefined ? customer.first_name : profileName(String(input.first_name ?? '')),
    last_name: input.last_name === undefined ? customer.last_name : profileName(String(input.last_name ?? '')),
    billing: mergeAddress(customer.billing, input.billing),
    shipping: mergeAddress(customer.shipping, input.shipping),
    meta_data: mergeMeta(customer.meta_data, input.meta_data, nextMetaId),
  };
}

/** An item is found by its id, else by its key. A value of null removes it; an unknown item is added. */
export function mergeMeta(meta: readonly MetaItem[], given: unknown, nextMetaId: () => number): readonly MetaItem[] {
  if (!Array.isArray(given)) return meta;
  let merged = [...meta];
  for (const item of given as readonly Partial<MetaItem>[]) {
    const existing = merged.find(({ id, key }) => (item.id ? id === Number(item.id) : key === item.key));
    const next = { id: existing?.id ?? nextMetaId(), key: item.key ?? existing?.key ?? '', value: item.value ?? null };
    merged = merged.filter((other) => other !== existing);
    if (next.value !== null) merged.push(next);
  }
  return merged.sort((a, b) => a.id - b.id);
}
