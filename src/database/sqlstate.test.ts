import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConnectionLoss, toProblem } from './sqlstate.ts';

/** As the driver throws it, and as pg-boss hands it on: without its class. */
const databaseError = (code: string, constraint?: string) => ({
  ...{ severity: 'ERROR', code, constraint },
  message: 'said by the database',
});

const NOT_NOW = [
  ...['08000', '08001', '08003', '08004', '08006', '08P01', '25006', '25P03', '25P04', '28000', '28P01', '3D000'],
  ...[
    '53000',
    '53100',
    '53200',
    '53300',
    '53400',
    '57000',
    '57P01',
    '57P02',
    '57P03',
    '57P04',
    '57P05',
    '58000',
    '58030',
  ],
];

describe('An error that means "not now"', () => {
  it.each(NOT_NOW)('is 503 with Retry-After, and the connection is dropped: %s', (code) => {
    expect(toProblem(databaseError(code))).toMatchObject({ problem: 'unavailable', status: 503, retryAfter: 2 });
    expect(isConnectionLoss(databaseError(code))).toBe(true);
  });

  it('is 503 also when nobody has ever seen its state, by its class', () => {
    const suffix = fc.stringMatching(/^[0-9A-Z]{3}$/).filter((text) => text !== '014');
    fc.assert(
      fc.property(fc.constantFrom('08', '28', '3D', '53', '57', '58'), suffix, (group, rest) => {
        expect(toProblem(databaseError(group + rest))).toMatchObject({ status: 503, retryAfter: 2 });
        expect(isConnectionLoss(databaseError(group + rest))).toBe(true);
      }),
    );
  });

  it.each([
    'Query read timeout',
    'Connection terminated due to connection timeout',
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'connect EHOSTUNREACH 10.0.0.1:5432',
  ])('is 503 with Retry-After when the driver says it: %s', (message) => {
    expect(toProblem(new Error(message))).toMatchObject({ status: 503, retryAfter: 2 });
  });

  it.each(['40001', '40P01', '55P03', '57014'])('keeps its connection when only the statement met it: %s', (code) => {
    expect(toProblem(databaseError(code))).toMatchObject({ status: 503, retryAfter: 1 });
    expect(isConnectionLoss(databaseError(code))).toBe(false);
  });
});

it('A row without a partition is 503, and a value against a constraint is 422', () => {
  expect(toProblem(databaseError('23514'))).toMatchObject({ status: 503 });
  // Only the report that meets it fails: the connection is fine.
  expect(isConnectionLoss(databaseError('23514'))).toBe(false);
  expect(toProblem(databaseError('23514', 'some_check'))).toMatchObject({ status: 422 });
});

it('No state makes a 4xx of what the client did not cause', () => {
  const causedByClient = new Set(['22', '23', 'SY']);
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-Z]{5}$/), (code) => {
      const status = toProblem(databaseError(code))?.status ?? 500;
      if (!causedByClient.has(code.slice(0, 2))) expect(status).toBeGreaterThanOrEqual(500);
    }),
  );
});

it('An error of our own is no outage', () => {
  expect(toProblem(new TypeError('x is not a function'))).toBeUndefined();
  expect(toProblem(databaseError('42501'))).toBeUndefined();
  expect(toProblem(undefined)).toBeUndefined();
});
