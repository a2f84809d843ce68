import { hash32 } from '../../seeded.random.ts';
import { SECOND } from '../orm/datetime.format.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { germanVat } from './partner.vat.ts';
import { countryId, INSTALLED_AT, stateId } from './reference.models.ts';
import { ascendingDates } from './write-dates.generator.ts';

const FIRST = [
  'Anna',
  'Björn',
  'Çelik',
  'Dmitri',
  'Émilie',
  'Faṭima',
  'Gül',
  'Håkon',
  'José',
  'Tuğba',
  'Zoë',
  '李',
  'Łukasz',
  'Ngọc',
  'Олена',
];
const LAST = [
  'Müller',
  "O'Brien",
  'Šimůnek',
  'Nuñez',
  'Smith & Sons',
  'van der Berg',
  '<b>Bold</b>',
  'Nguyễn',
  'Dvořák',
  '田中',
  'Lee',
];
const COUNTRIES = ['DE', 'FR', 'GB', 'US', 'CH'];
const CITIES = ['Köln', 'Paris', 'London', 'San Francisco', 'Zürich'];

export interface PartnerSeed {
  seed: number;
  partners: number;
  firstId: number;
}

/**
 * Partners as in recordings 10, 11, 35, 36 and 51, by their number (index + 1): each 10th has no address and the
 * second tag, each 50th is archived, of 20 the 6th is a company with the 7th and 8th below it, each 97th email has
 * capitals. Forty at a time share a write date, to the microsecond.
 */
export function generatedPartners({ seed, partners, firstId }: PartnerSeed): GeneratedRows {
  const bare = (n: number) => n % 10 === 0;
  const place = (n: number) => n % COUNTRIES.length;
  const filled =
    <T>(value: (n: number) => T) =>
    (index: number) =>
      bare(index + 1) ? null : value(index + 1);
  const every =
    <T>(value: (n: number) => T) =>
    (index: number) =>
      value(index + 1);
  const existing = (n: number) => (n >= 1 && n <= partners ? [n - 1] : []);
  const numbered = (pattern: RegExp) => (text: string | number) =>
    existing(Number(pattern.exec(String(text))?.[1] ?? 0));
  const writeDate = ascendingDates({
    first: Date.UTC(2025, 4, 1, 10) * 1000,
    count: partners,
    step: 3600 * SECOND,
    seed,
  });

  return {
    count: partners,
    firstId,
    columns: {
      name: every(partnerName),
      ref: every((n) => `PEER-${String(n).padStart(4, '0')}`),
      email: filled((n) => (n % 97 === 0 ? `Partner${n}@Example.TEST` : `partner${n}@example.test`)),
      phone: filled((n) => `+49 30 ${String(n).padStart(7, '0')}`),
      mobile: filled((n) => (n % 4 === 0 ? `+49 170 ${String(n).padStart(7, '0')}` : null)),
      street: filled((n) => `Straße ${n}`),
      street2: filled((n) => (n % 9 === 0 ? 'c/o Šimůnek' : null)),
      city: filled((n) => CITIES[place(n)] ?? null),
      zip: filled((n) => String(10_000 + (hash32(seed, n, 6) % 89_999))),
      country_id: filled((n) => countryId(COUNTRIES[place(n)] ?? '')),
      state_id: filled((n) => (COUNTRIES[place(n)] === 'US' ? stateId('US', 'CA') : null)),
      vat: every((n) => (n % 20 === 6 ? germanVat(10_000_000 + n) : null)),
      comment: every((n) => (n % 13 === 0 ? '<p>Call before 9 &amp; after 5</p>' : null)),
      is_company: every((n) => n % 20 === 6),
      parent_id: every((n) => (n % 20 === 7 || n % 20 === 8 ? firstId + n - 1 - ((n % 20) - 6) : null)),
      type: every((n) => (n % 20 === 8 ? 'delivery' : 'contact')),
      active: every((n) => n % 50 !== 0),
      customer_rank: () => 1,
      category_id: every((n) => (bare(n) ? [2] : [])),
      color: () => 0,
      lang: () => 'en_US',
      create_date: () => INSTALLED_AT,
      write_date: writeDate,
    },
    find: {
      ref: numbered(/^peer-0*(\d+)$/),
      email: numbered(/^partner(\d+)@example\.test$/),
      name: (text) => numbered(/ (\d+)$/)(text).filter((i) => partnerName(i + 1).toLowerCase() === text),
      vat: (text) =>
        existing(Number(/^de(\d{8,})\d$/.exec(String(text))?.[1] ?? 0) - 10_000_000).filter((i) => i % 20 === 5),
      parent_id: (id) => {
        const n = Number(id) - firstId + 1;
        return n % 20 === 6 ? [...existing(n + 1), ...existing(n + 2)] : [];
      },
    },
  };
}

function partnerName(n: number): string {
  return `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]} ${n}`;
}
