import { describe, expect, it } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import { organizationOf } from './organization.ts';

const principal = (orgId: string | null): Principal => ({
  kind: 'key',
  name: 'test',
  userId: null,
  orgId,
  scopes: ['sync:read'],
  expiresAt: null,
});
const everyOrganization = principal(null);

describe('the organization of a request', () => {
  it.each<[string | null, { header?: unknown; query?: unknown }, string | undefined]>([
    ['a', {}, 'a'],
    ['a', { header: 'a', query: 'a' }, 'a'],
    [null, { header: 'b' }, 'b'],
    [null, { query: 'b' }, 'b'],
    [null, { header: 'b', query: 'b' }, 'b'],
    [null, {}, undefined],
  ])('of a principal of %s that names %j is %s', (own, { header, query }, expected) => {
    expect(organizationOf(principal(own), { header, query })).toBe(expected);
  });

  it.each<[string | null, { header?: unknown; query?: unknown }]>([
    ['a', { query: 'b' }],
    ['a', { header: 'b' }],
    [null, { header: 'a', query: 'b' }],
  ])('of a principal of %s that names %j is refused', (own, { header, query }) => {
    expect(() => organizationOf(principal(own), { header, query })).toThrow(
      expect.objectContaining({ problem: 'other-organization' }),
    );
  });

  it.each([[''], [['a', 'b']], ['a\0'], ['\ud800'], ['a'.repeat(201)]])('%j names none', (query) => {
    expect(() => organizationOf(everyOrganization, { header: undefined, query })).toThrow(
      expect.objectContaining({
        problem: 'malformed-request',
        errors: [expect.objectContaining({ parameter: 'orgId' })],
      }),
    );
  });
});
