import {
  type CustomerRecord,
  generateCustomer,
  type OdooAdmin,
  type OdooValues,
  type ShopSeed,
} from '@sync-operations/sandbox';

/** What a full sync of the shop into the Odoo that `seedPartners` filled must change. */
export interface ExpectedChanges {
  /** Customers that are not in the Odoo. */
  readonly creates: number;
  /** Customers that are in the Odoo with another phone number, half of them also with another city. */
  readonly updates: number;
  /** Customers that are in the Odoo as they are in the shop. */
  readonly unchanged: number;
  /** Customers that are in the Odoo twice, so that the match is ambiguous. */
  readonly conflicts: number;
  /** Those of the creates that have no name, company or email, which Odoo refuses. */
  readonly refused: number;
  /** The shop's id of the first customer that is updated. */
  readonly someone: number;
}

/** Phone numbers that begin with this differ from the shop's. */
export const OLD_PHONE = '+49 30 555 ';

/** Enters some of the shop's customers into the Odoo as a person would: some outdated, some unchanged, some twice. */
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

/** The customer has every field of a partner, written the same in both systems. */
function isPlain({ email, first_name, last_name, billing }: CustomerRecord): boolean {
  return /^\S+@\S+$/.test(email) && first_name !== '' && !last_name.includes('&') && billing.phone !== '';
}

/** The customer has nothing to use as the name that Odoo requires. */
function isNameless({ email, first_name, last_name, billing }: CustomerRecord): boolean {
  return [email, first_name, last_name, billing.company].every((text) => text === '');
}

function partnerOf({ email, first_name, last_name, billing }: CustomerRecord, admin: OdooAdmin) {
  const [country_id] = admin.search('res.country', [['code', '=', billing.country]]);
  const { address_1: street, city, postcode: zip, phone } = billing;
  return { name: `${first_name} ${last_name}`, email, phone, street, city, zip, country_id };
}
