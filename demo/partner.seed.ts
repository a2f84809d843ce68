import {
  type CustomerRecord,
  generateCustomer,
  type OdooAdmin,
  type OdooValues,
  type ShopSeed,
} from '@sync-operations/sandbox';

/** What a full sync of the shop must come to, the Odoo being as `seedPartners` left it. */
export interface ExpectedChanges {
  /** Not in the Odoo. */
  readonly creates: number;
  /** There, with another phone number, and half of them with another city. */
  readonly updates: number;
  /** There already as in the shop. */
  readonly unchanged: number;
  /** There twice, so that nobody can tell which is meant. */
  readonly conflicts: number;
  /** Of the creates: without any name, company or email, which Odoo does not take. */
  readonly refused: number;
  /** Id in the shop of the first that is updated. */
  readonly someone: number;
}

/** On a phone number that begins so the Odoo disagrees with the shop. */
export const OLD_PHONE = '+49 30 555 ';

/** Enters into the Odoo, at its own screens, a part of the shop's customers: outdated, as they are, and twice. */
export function seedPartners(admin: OdooAdmin, shop: ShopSeed): ExpectedChanges {
  const counts = { updates: 0, unchanged: 0, conflicts: 0, refused: 0, someone: 0 };
  let plain = 0;
  const enter = (values: OdooValues) => admin.create('res.partner', { ...values, customer_rank: 1 });
  for (let index = 0; index < shop.customers; index++) {
    const customer = generateCustomer(index, shop);
    if (isNameless(customer)) counts.refused += 1;
    if (!isPlain(customer)) continue;
    const place = plain++;
    const values = partnerOf(customer, admin);
    if (place % 25 === 0) {
      const phone = OLD_PHONE + String(place).padStart(4, '0');
      enter({ ...values, phone, ...(place % 50 === 0 && { city: 'Cologne' }) });
      counts.updates += 1;
      counts.someone ||= customer.id;
    } else if (place % 50 === 1) {
      enter(values);
      counts.unchanged += 1;
    } else if (place % 1000 === 7) {
      enter(values);
      enter({ ...values, phone: `${OLD_PHONE}9999` });
      counts.conflicts += 1;
    }
  }
  const { updates, unchanged, conflicts } = counts;
  return { ...counts, creates: shop.customers - updates - unchanged - conflicts };
}

/** With all that a partner can hold, written the same in both systems. */
function isPlain({ email, first_name, last_name, billing }: CustomerRecord): boolean {
  return /^\S+@\S+$/.test(email) && first_name !== '' && !last_name.includes('&') && billing.phone !== '';
}

/** Nothing that could stand for the name that Odoo wants. */
function isNameless({ email, first_name, last_name, billing }: CustomerRecord): boolean {
  return [email, first_name, last_name, billing.company].every((text) => text === '');
}

function partnerOf({ email, first_name, last_name, billing }: CustomerRecord, admin: OdooAdmin) {
  const [country_id] = admin.search('res.country', [['code', '=', billing.country]]);
  const { address_1: street, city, postcode: zip, phone } = billing;
  return { name: `${first_name} ${last_name}`, email, phone, street, city, zip, country_id };
}
