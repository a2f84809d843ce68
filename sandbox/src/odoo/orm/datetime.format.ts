/** Microseconds in a second, the unit in which times are stored. */
export const SECOND = 1_000_000;

export const DAY = 86_400 * SECOND;

/** `YYYY-MM-DD HH:MM:SS` in UTC without microseconds, as Odoo shows a stored time. */
export function formatDatetime(micros: number): string {
  return new Date(Math.floor(micros / SECOND) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

export interface ParsedDatetime {
  /** Since 1970. */
  micros: number;
  /** A day without a time: midnight. */
  isDay: boolean;
  /** Ended in Z or an offset, which was not applied. */
  hasZone: boolean;
}

/** Parses `YYYY-MM-DD`, with or without a time (T or a space, up to six decimals, a zone); null for anything else. */
export function parseDatetime(text: string): ParsedDatetime | null {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(
    text.trim(),
  );
  if (!parts) return null;
  const [, day = '', time = '00:00', fraction = '', zone] = parts;
  const millis = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (Number.isNaN(millis)) return null;
  const micros = millis * 1000 + Number(fraction.padEnd(6, '0'));
  return { micros, isDay: parts[2] === undefined, hasZone: zone !== undefined };
}
