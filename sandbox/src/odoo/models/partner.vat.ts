import type { Environment } from '../orm/model.types.ts';
import { validationError } from '../orm/odoo.error.ts';
import { countryId } from './reference.models.ts';

const GERMAN = /^(?:DE)?(\d{9})$/;
/** A number of its own, not of the European system: 12/345/67890. */
const GERMAN_LOCAL = /^\d{2,3}\/?\d{3}\/?\d{4,5}$/;

/** As base_vat writes it: without blanks, in capitals (recording 809). */
export const mendedVat = (vat: string): string => vat.replace(/\s/g, '').toUpperCase();

/**
 * What base_vat refuses of German partners (recordings 805 to 812). A number with the letters of another country passes, as does every
 * number without a country; those of other countries are not checked here.
 */
export function checkVat(env: Environment, id: number): void {
  const row = env.db.table('res.partner').row(id);
  const vat = row?.vat;
  if (typeof vat !== 'string' || row?.country_id !== countryId('DE') || env.context.no_vat_validation) return;
  const digits = GERMAN.exec(vat)?.[1];
  const isForeign = /^(?!DE)[A-Z]{2}/.test(vat);
  if (isForeign || GERMAN_LOCAL.test(vat) || (digits !== undefined && hasCheckDigit(digits))) return;
  const [shown, blanks] = env.version === 18 ? [vat, ' '] : [vat.replace(/^DE/, ''), '  '];
  throw validationError(
    `\nThe VAT number [${shown}] for partner [${row?.name}] does not seem to be valid.${blanks}\nNote: the expected format is DE123456788 or 12/345/67890`,
  );
}

const hasCheckDigit = (digits: string): boolean => digits.endsWith(checkDigit(digits.slice(0, -1)));

/** Of eight digits. */
export const germanVat = (number: number): string => `DE${number}${checkDigit(String(number))}`;

/** ISO 7064, MOD 11,10. */
function checkDigit(digits: string): string {
  let product = 10;
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return String((11 - product) % 10);
}
