import { expect, it } from 'vitest';
import { isPassing, retryDelayMs } from '../../../clients/typescript/src/reporter/retry.delay.ts';

it.each([
  [{ 'retry-after': '3' }, 3_000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '86400' }, 300_000],
  [{ 'retry-after': 'Sun, 29 Nov 2026 12:00:10 GMT', date: 'Sun, 29 Nov 2026 12:00:00 GMT' }, 10_000],
  [{ 'retry-after': 'Sun, 29 Nov 2026 11:00:00 GMT', date: 'Sun, 29 Nov 2026 12:00:00 GMT' }, 0],
])('a wait that the service asks for, %j, is kept, up to five minutes', (headers, ms) => {
  expect(retryDelayMs(7, new Headers(headers as Record<string, string>), 500, 0)).toBe(ms);
});

it.each([undefined, new Headers(), new Headers({ 'retry-after': 'soon' }), new Headers({ 'retry-after': '-5' })])(
  'without one, %s, waits double up to half a minute, and chance spreads them',
  (headers) => {
    expect([1, 2, 3, 20].map((failures) => retryDelayMs(failures, headers, 500, 1))).toEqual([
      500, 1_000, 2_000, 30_000,
    ]);
    expect(retryDelayMs(1, headers, 500, 0)).toBe(250);
  },
);

it('what passes is tried again, what is refused is not', () => {
  const isTriedAgain = (status: number) => isPassing({ ok: status < 300, status });
  expect([408, 425, 429, 500, 502, 503, 504].filter((status) => !isTriedAgain(status))).toEqual([]);
  expect([400, 401, 403, 404, 409, 413, 422].filter(isTriedAgain)).toEqual([]);
  expect(isPassing(undefined)).toBe(true);
});
