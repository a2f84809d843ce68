/** The shop's clock is one hour ahead of UTC all year, as in the recordings. Milliseconds. */
export const SHOP_OFFSET = 3_600_000;

/** `YYYY-MM-DDTHH:MM:SS` of a UTC instant in milliseconds, without a zone, as the `*_gmt` fields show it. */
export function naiveTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

/** A pair of fields: `name` in shop time and `name_gmt` in UTC, null for never. */
export function timePair(milliseconds: number | null): { local: string | null; gmt: string | null } {
  if (milliseconds === null) return { local: null, gmt: null };
  return { local: naiveTime(milliseconds + SHOP_OFFSET), gmt: naiveTime(milliseconds) };
}

/**
 * A date parameter as WordPress reads it: with a zone it is converted to shop time, without one it is used as given.
 * The result, in milliseconds as if it were UTC, is compared with shop time or, for dates_are_gmt, with UTC. So a `Z`
 * together with dates_are_gmt is an hour off. NaN for an invalid date.
 */
export function readDateParameter(text: string): number {
  const zoned = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(text.slice(10));
  const instant = Date.parse(zoned ? text.replace(/([+-]\d{2})$/, '$1:00') : `${text}Z`);
  return Math.floor((zoned ? instant + SHOP_OFFSET : instant) / 1000) * 1000;
}
