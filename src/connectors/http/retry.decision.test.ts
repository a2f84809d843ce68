import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAILURES, type FailureKind } from './call.failure.ts';
import { decideRetry, type RetryOptions, type RetryQuestion } from './retry.decision.ts';
import { retryAfterMs } from './retry-after.header.ts';

const NOW = Date.UTC(2026, 10, 22, 13, 0, 0);
const OPTIONS: RetryOptions = {
  maxAttempts: 3,
  baseWaitMs: 500,
  maxBackoffMs: 10_000,
  maxInlineWaitMs: 20_000,
  random: () => 0,
};
const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };
const HTML_TYPE = { 'content-type': 'text/html' };

/** In short: `again`, `response`, or the error's kind with a ? when it is ambiguous. */
function decide(question: Partial<RetryQuestion>): string {
  const decision = decideRetry({ attempt: 1, idempotent: true, now: NOW, ...question }, OPTIONS);
  if (decision.retry) return 'again';
  return decision.end.as === 'response' ? 'response' : `${decision.end.kind}${decision.end.ambiguous ? '?' : ''}`;
}

describe('after a response', () => {
  test.each<[number, Record<string, string>, string, string, string]>([
    // status, headers, idempotent at first, idempotent at last, not idempotent at first
    [200, JSON_TYPE, 'response', 'response', 'response'],
    [400, JSON_TYPE, 'response', 'response', 'response'],
    [401, HTML_TYPE, 'response', 'response', 'response'],
    [413, HTML_TYPE, 'response', 'response', 'response'],
    [408, HTML_TYPE, 'again', 'unavailable', 'unavailable?'],
    [425, HTML_TYPE, 'again', 'unavailable', 'again'],
    [429, JSON_TYPE, 'again', 'rate-limited', 'again'],
    [500, HTML_TYPE, 'again', 'unavailable', 'unavailable?'],
    [500, {}, 'again', 'unavailable', 'unavailable?'],
    [500, JSON_TYPE, 'again', 'response', 'response'],
    [500, { 'content-type': 'application/problem+json' }, 'again', 'response', 'response'],
    [501, HTML_TYPE, 'again', 'unavailable', 'unavailable?'],
    [501, JSON_TYPE, 'response', 'response', 'response'],
    [502, HTML_TYPE, 'again', 'unavailable', 'unavailable?'],
    [502, JSON_TYPE, 'again', 'unavailable', 'unavailable?'],
    [503, HTML_TYPE, 'again', 'unavailable', 'unavailable?'],
    [503, { 'retry-after': '5' }, 'again', 'unavailable', 'again'],
    [503, { 'retry-after': '600' }, 'rate-limited', 'rate-limited', 'rate-limited'],
    [502, { 'retry-after': '600' }, 'rate-limited', 'rate-limited', 'rate-limited?'],
    [429, { 'retry-after': '600' }, 'rate-limited', 'rate-limited', 'rate-limited'],
    [504, HTML_TYPE, 'again', 'unavailable', 'unavailable?'],
    [507, JSON_TYPE, 'again', 'response', 'response'],
    [522, JSON_TYPE, 'again', 'unavailable', 'unavailable?'],
  ])('%i with %j', (status, headers, first, last, notIdempotent) => {
    expect(decide({ status, headers })).toBe(first);
    expect(decide({ status, headers, attempt: OPTIONS.maxAttempts })).toBe(last);
    expect(decide({ status, headers, idempotent: false })).toBe(notIdempotent);
  });

  test('a 500 in JSON is asked for once more, not oftener', () => {
    expect(decide({ status: 500, headers: JSON_TYPE, attempt: 2 })).toBe('response');
  });

  test('retryAt is when the system wants to be asked again', () => {
    const decision = decideRetry(
      { attempt: 1, status: 429, headers: { 'retry-after': '90' }, idempotent: true, now: NOW },
      OPTIONS,
    );
    expect(decision).toMatchObject({ retry: false, end: { kind: 'rate-limited', retryAt: NOW + 90_000 } });
  });
});

describe('without a response', () => {
  test.each<[FailureKind, boolean, string, string, string]>([
    // kind, sent, idempotent at first, idempotent at last, not idempotent at first
    ['dns', false, 'again', 'unavailable', 'again'],
    ['refused', false, 'again', 'unavailable', 'again'],
    ['connect', false, 'again', 'unavailable', 'again'],
    ['timeout', false, 'again', 'timeout', 'again'],
    ['certificate', false, 'unavailable', 'unavailable', 'unavailable'],
    ['unsendable', false, 'rejected', 'rejected', 'rejected'],
    ['reset', true, 'again', 'unavailable', 'unavailable?'],
    ['timeout', true, 'again', 'timeout', 'timeout?'],
    ['cut-off', true, 'again', 'unavailable', 'unavailable?'],
    ['not-http', true, 'protocol', 'protocol', 'protocol?'],
    ['encoding', true, 'protocol', 'protocol', 'protocol?'],
    ['too-large', true, 'too-large', 'too-large', 'too-large?'],
  ])('%s, sent: %s', (kind, sent, first, last, notIdempotent) => {
    const failure = { kind, sent };
    expect(decide({ failure })).toBe(first);
    expect(decide({ failure, attempt: OPTIONS.maxAttempts })).toBe(last);
    expect(decide({ failure, idempotent: false })).toBe(notIdempotent);
  });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['7', 7000],
    [' 1.5 ', 1500],
    ['Sun, 22 Nov 2026 13:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
    ['Sunday, 22-Nov-26 13:00:30 GMT', 30_000],
    ['Sun Nov 22 13:00:30 2026', 30_000],
    ['999999999', 24 * 3600 * 1000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 24 * 3600 * 1000],
    ['-5', undefined],
    ['soon', undefined],
    ['Sunny', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected);
  });
});

describe('whatever the response is', () => {
  const question = fc.record({
    attempt: fc.integer({ min: 1, max: 12 }),
    idempotent: fc.boolean(),
    now: fc.constant(NOW),
    status: fc.integer({ min: 200, max: 599 }),
    headers: fc.record(
      {
        'retry-after': fc.oneof(fc.nat(60).map(String), fc.string()),
        'content-type': fc.constantFrom('application/json', 'text/html'),
      },
      { requiredKeys: [] },
    ),
    failure: fc.option(
      fc.record({ kind: fc.constantFrom(...(Object.keys(FAILURES) as FailureKind[])), sent: fc.boolean() }),
      { nil: undefined },
    ),
  });
  const options = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 8 }),
    baseWaitMs: fc.integer({ min: 1, max: 2000 }),
    maxBackoffMs: fc.integer({ min: 1, max: 60_000 }),
    maxInlineWaitMs: fc.integer({ min: 1, max: 60_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value),
  });

  test('a wait is no shorter than asked for, has a bound, and there is an end to attempts', () => {
    fc.assert(
      fc.property(question, options, (asked, limits) => {
        const decision = decideRetry(asked, limits);
        if (!decision.retry) return;
        const wanted = asked.failure ? 0 : (retryAfterMs(asked.headers['retry-after'], NOW) ?? 0);
        expect(decision.waitMs).toBeGreaterThanOrEqual(wanted);
        expect(decision.waitMs).toBeGreaterThan(0);
        expect(decision.waitMs).toBeLessThanOrEqual(limits.maxInlineWaitMs);
        expect(asked.attempt).toBeLessThan(limits.maxAttempts);
      }),
      { numRuns: 500 },
    );
  });

  test('what can shrink is told of a timeout and a 5xx at once, what writes of a timeout', () => {
    const timeout = { failure: { kind: 'timeout', sent: true } } as const;
    const unsent = { failure: { kind: 'timeout', sent: false } } as const;
    const gateway = { status: 502, headers: HTML_TYPE };
    const asked = { status: 503, headers: { 'retry-after': '1' } };
    const shrinking = [timeout, unsent, gateway, asked].map((what) => decide({ ...what, canShrink: true }));
    expect(shrinking).toEqual(['timeout', 'again', 'unavailable', 'again']);
    const writing = [timeout, unsent, gateway, asked].map((what) => decide({ ...what, writes: true }));
    expect(writing).toEqual(['timeout', 'again', 'again', 'again']);
  });

  test('retryAt is no earlier than asked for', () => {
    fc.assert(
      fc.property(question, options, (asked, limits) => {
        const decision = decideRetry(asked, limits);
        if (decision.retry || decision.end.as === 'response' || decision.end.retryAt === undefined) return;
        expect(decision.end.retryAt).toBeGreaterThanOrEqual(
          NOW + (retryAfterMs(asked.headers['retry-after'], NOW) ?? 0),
        );
      }),
    );
  });

  test('a write that may have happened is never sent again, and its lost response is reported', () => {
    fc.assert(
      fc.property(question, options, (asked, limits) => {
        const maybeDone = asked.failure?.sent ?? (asked.status === 502 || asked.status === 504 || asked.status === 408);
        const decision = decideRetry({ ...asked, idempotent: false }, limits);
        if (!maybeDone) return;
        expect(decision).toMatchObject({ retry: false, end: { as: 'error', ambiguous: true } });
      }),
    );
  });

  test('an idempotent request is never ambiguous', () => {
    fc.assert(
      fc.property(question, options, (asked, limits) => {
        const decision = decideRetry({ ...asked, idempotent: true }, limits);
        if (!decision.retry && decision.end.as === 'error') expect(decision.end.ambiguous).toBe(false);
      }),
    );
  });
});
