/** Names that break careless code: several scripts, apostrophes, ampersands, markup. Not escaped. */
export const FIRST_NAMES = [
  'Anna',
  '李',
  'Gül',
  'Søren',
  'Çelik',
  'José',
  'Zoë',
  'Łukasz',
  'Ngọc',
  'Seán',
  'Björk',
  'Олена',
  'Jean-Luc',
  'Ana María',
  'Þórdís',
  'Maria',
] as const;

/** Surnames of the same kind. */
export const LAST_NAMES = [
  'García Márquez',
  '田中',
  'Šimůnek',
  "O'Brien",
  'Müller',
  'Smith & Sons',
  'van der Berg',
  '<b>Bold</b>',
  'Nguyễn',
  'Kowalska',
  'Dvořák',
  'Sørensen',
  'D’Angelo',
  'Weiß',
  'Шевченко',
  'Long-Hyphenated Name',
] as const;

/** Countries of the recorded shop. */
export const COUNTRIES = ['DE', 'PL', 'GB', 'CH', 'FR', 'AT', 'NL', 'SE'] as const;

/**
 * A name as WordPress stores it in a profile: without markup and with `&` escaped. An address keeps what was typed
 * (recording 02: `Bold` beside `<b>Bold</b>`).
 */
export function profileName(typed: string): string {
  return typed
    .replace(/<[^>]*>/g, '')
    .replace(/&(?!#?\w+;)/g, '&amp;')
    .trim();
}
