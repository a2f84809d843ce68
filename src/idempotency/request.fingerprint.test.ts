import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './request.fingerprint.ts';

const request = { method: 'POST', routeOptions: { url: '/runs' }, params: {}, query: {} };
const of = (body: unknown) => fingerprintOf({ ...request, body });

/** As it arrives: -0 is 0. */
const parsedAgain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The same value with the members of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}

describe('The fingerprint of a request', () => {
  it('does not depend on the order of members, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(of(reversed(body))).toBe(of(body));
      }),
    );
  });

  it('does not depend on how the body is written', () => {
    expect(of(JSON.parse('{ "a": 1.0, "b": "\\u0061" }'))).toBe(of(JSON.parse('{"b":"a","a":1}')));
  });

  it('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(!isDeepStrictEqual(parsedAgain(one), parsedAgain(other)));
        expect(of(one)).not.toBe(of(other));
      }),
    );
  });

  it.each([
    ['a type', { a: 1 }, { a: '1' }],
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a missing member', { a: 1 }, { a: 1, b: null }],
    ['a list for an object', { a: ['x'] }, { a: { 0: 'x' } }],
    ['a member called __proto__', JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 2}')],
  ])('differs by %s', (_, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it.each([
    ['the method', { method: 'PUT' }],
    ['the route', { routeOptions: { url: '/previews' } }],
    ['what the path names', { params: { sync_id: 'a' } }],
    ['the query', { query: { dry: '1' } }],
  ])('differs by %s', (_, change) => {
    expect(fingerprintOf({ ...request, ...change })).not.toBe(fingerprintOf(request));
  });

  it('leaves the organization out, which the key belongs to', () => {
    expect(fingerprintOf({ ...request, query: { orgId: 'org-1' } })).toBe(fingerprintOf(request));
  });

  it.each(['{"a": "\\ud800"}', '{"a": 1e400}'])('exists for a body that will be refused: %s', (body) => {
    expect(of(JSON.parse(body))).toMatch(/^[0-9a-f]{64}$/);
  });
});
