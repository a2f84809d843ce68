import { describe, expect, it } from 'vitest';
import { isTimeZone } from './time.zone.ts';

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Nowhere/City', '+02:00', 'Z', 'Europe/Zürich'])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
