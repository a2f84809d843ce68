import { hash32 } from '../../seeded.random.ts';
import { EMPTY_ADDRESS, EMPTY_BILLING } from './customer.address.ts';
import { defectOf } from './customer.defects.ts';
import { COUNTRIES, FIRST_NAMES, LAST_NAMES, profileName } from './customer.names.ts';
import type { BillingAddress, CustomerRecord, MetaItem, ShopSeed } from './customer.types.ts';

const DAY = 86_400_000;
const OPENED = Date.UTC(2025, 0, 1);

/** The id of the generated customer of an index: WordPress gives 1 to the administrator (recording 01). */
export const FIRST_CUSTOMER_ID = 2;

/** The meta ids of created customers start above all generated ones. */
export function firstFreeMetaId({ customers }: ShopSeed): number {
  return metaId(customers + 2);
}

/** The email of a generated customer; every 97th has capitals (recording 66). */
export function generatedEmail(index: number, shop: ShopSeed): string {
  const number = index + 1;
  const defect = defectOf(index, shop);
  if (defect === 'empty email') return '';
  if (defect === 'blank in email') return `customer ${number}@example.test`;
  return number % 97 === 0 ? `Customer${number}@Example.TEST` : `customer${number}@example.test`;
}

/** The login and display name of a generated customer: `orderby=name` sorts by it (recordings 01, 03). */
export function generatedUsername(index: number): string {
  return `customer${index + 1}`;
}

/**
 * The generated customer of an index: a pure function, so a shop of any size costs no memory. Special cases repeat by
 * number (index + 1): every 10th has no addresses, every 25th nested meta, every 50th no name
 * (recordings 01, 65, 67), every 31st was made outside WooCommerce (`date_modified: null`).
 */
export function generateCustomer(index: number, shop: ShopSeed): CustomerRecord {
  const number = index + 1;
  const draw = (salt: number, below: number) => hash32(shop.seed, index, salt) % below;
  const email = generatedEmail(index, shop);
  const names = {
    first_name: number % 50 === 0 ? '' : (FIRST_NAMES[draw(2, FIRST_NAMES.length)] ?? ''),
    last_name: number % 50 === 0 ? '' : (LAST_NAMES[draw(3, LAST_NAMES.length)] ?? ''),
  };
  const createdAt = OPENED + Math.floor(number / Math.max(50, Math.ceil(shop.customers / 200))) * DAY;
  const modifiedAt = createdAt + draw(4, 120 * 86_400) * 1000;
  const paying = draw(5, 4) === 0;
  const hasAddress = number % 10 !== 0;
  return {
    id: index + FIRST_CUSTOMER_ID,
    createdAt,
    modifiedAt: number % 31 === 0 ? null : modifiedAt,
    email,
    first_name: profileName(names.first_name),
    last_name: profileName(names.last_name),
    role: 'customer',
    username: generatedUsername(index),
    billing: hasAddress ? billingAddress(number, { ...names, email }, draw) : { ...EMPTY_BILLING },
    shipping: hasAddress ? { ...EMPTY_ADDRESS, city: 'Zürich', country: 'CH' } : { ...EMPTY_ADDRESS },
    is_paying_customer: paying,
    meta_data: metaData(number, paying ? modifiedAt : null),
  };
}

function billingAddress(
  number: number,
  known: Pick<BillingAddress, 'first_name' | 'last_name' | 'email'>,
  draw: (salt: number, below: number) => number,
): BillingAddress {
  return {
    ...EMPTY_BILLING,
    ...known,
    address_1: `Straße ${number}`,
    city: 'Köln',
    postcode: String(10_000 + draw(6, 89_999)),
    country: COUNTRIES[draw(7, COUNTRIES.length)] ?? 'DE',
    phone: `+49 30 ${1_000_000 + draw(8, 8_999_999)}`,
  };
}

function metaData(number: number, lastActive: number | null): MetaItem[] {
  const id = metaId(number);
  const meta: MetaItem[] = [{ id, key: 'erp_ref', value: `ERP-${number}` }];
  if (number % 25 === 0) meta.push({ id: id + 1, key: 'nested', value: { a: [1, 2, { b: null }], c: 1.5 } });
  if (lastActive !== null) meta.push({ id: id + 2, key: 'wc_last_active', value: String(lastActive / 1000) });
  return meta;
}

function metaId(number: number): number {
  return 17 + number * 25;
}
