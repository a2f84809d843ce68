import { expect, it } from 'vitest';
import { filterParams } from './read.filters.ts';

it.each(['2026-11-22T13:00:00+01:00', '2026-11-22T12:00:00Z', '2026-11-22T12:00:00.000Z'])(
  'a time of a filter never has a Z beside dates_are_gmt, with which a shop loses an hour: %s',
  (time) => {
    expect(filterParams('order', { created_after: time, created_before: time })).toEqual({
      ...{ after: '2026-11-22T12:00:00', before: '2026-11-22T12:00:00' },
      dates_are_gmt: 'true',
    });
  },
);
