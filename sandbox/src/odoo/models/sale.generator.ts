import { SECOND } from '../orm/datetime.format.ts';
import type { OdooVersion } from '../orm/model.types.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { variantCount } from './product.generator.ts';
import { taxField } from './sale.amounts.ts';
import { ascendingDates } from './write-dates.generator.ts';

export interface SaleSeed {
  version: OdooVersion;
  seed: number;
  orders: number;
  partners: number;
  products: number;
  firstPartnerId: number;
  /** The customer of all orders when no partners are generated. */
  fallbackPartnerId: number;
}

/** Orders of two lines each, as in recording 38: the fourth is by partner 54, for 92.00 before taxes. */
export function generatedSales(shop: SaleSeed): Readonly<Record<string, GeneratedRows>> {
  const { version, seed, orders, partners, products, firstPartnerId, fallbackPartnerId } = shop;
  const date = ascendingDates({
    first: Date.UTC(2025, 6, 1, 7) * 1000,
    count: orders,
    step: 600 * SECOND,
    seed: seed + 2,
  });
  const second = (micros: number) => Math.floor(micros / SECOND) * SECOND;
  const partner = (i: number) =>
    partners === 0 ? fallbackPartnerId : firstPartnerId + (((i + 1) * 13 + 1) % partners);
  const variants = variantCount(products);
  const orderOf = (line: number) => Math.floor(line / 2) + 1;
  const existing = (n: number) => (n >= 1 && n <= orders ? [n - 1] : []);
  const numbered = (pattern: RegExp) => (text: string | number) =>
    existing(Number(pattern.exec(String(text))?.[1] ?? 0));
  const refused = (i: number) => (i + 1) % 29 === 0;

  return {
    'sale.order': {
      count: orders,
      firstId: 1,
      columns: {
        name: (i) => `S${String(i + 1).padStart(5, '0')}`,
        client_order_ref: (i) => `WEB-${String(i + 1).padStart(4, '0')}`,
        partner_id: partner,
        partner_invoice_id: partner,
        partner_shipping_id: partner,
        date_order: (i) => second(date(i)),
        state: (i) => state(i + 1),
        currency_id: () => 1,
        company_id: () => 1,
        pricelist_id: () => 1,
        user_id: () => 2,
        note: (i) => ((i + 1) % 8 === 0 ? '<p>Please ring twice</p>' : null),
        origin: (i) => (refused(i) ? 'Phone' : null),
        locked: () => false,
        create_date: (i) => second(date(i)),
        write_date: date,
      },
      find: { name: numbered(/^s0*(\d+)$/), client_order_ref: numbered(/^web-0*(\d+)$/) },
    },
    'sale.order.line': {
      count: products === 0 ? 0 : orders * 2,
      firstId: 1,
      columns: {
        order_id: orderOf,
        product_id: (line) => ((line * 7) % variants) + 1,
        name: (line) => `As ordered, line ${(line % 2) + 1}`,
        product_uom_qty: (line) => (line % 2 === 0 ? 1 + (orderOf(line) % 3) : 1),
        price_unit: (line) =>
          line % 2 === 0 ? 10 * (1 + ((orderOf(line) - 1) % 50)) : 3 * (1 + ((orderOf(line) - 1) % 99)),
        discount: (line) => (orderOf(line) % 7 === 0 && line % 2 === 0 ? 12.5 : 0),
        // Of the recorded order 4, 18 had taxed the lines and 19 had not.
        [taxField(version)]: (line) => (version === 18 || orderOf(line) % 2 === 1 ? [1] : []),
        sequence: () => 10,
        create_date: (line) => second(date(orderOf(line) - 1)),
        write_date: (line) => date(orderOf(line) - 1),
      },
      find: {
        order_id: (id) =>
          products > 0 && Number(id) >= 1 && Number(id) <= orders ? [Number(id) * 2 - 2, Number(id) * 2 - 1] : [],
      },
    },
  };
}

function state(n: number): string {
  if (n % 11 === 0) return 'cancel';
  if (n % 7 === 0) return 'draft';
  return n % 9 === 0 ? 'sent' : 'sale';
}
