import { describe, expect, it } from 'vitest';
import { type MemberClaims, memberOf } from './member.claims.ts';

const NAMES: MemberClaims = { orgClaim: 'org_id', roleClaim: undefined, roles: undefined };
const MAPPED: MemberClaims = {
  orgClaim: 'https://example.com/org',
  roleClaim: 'realm.groups',
  roles: [
    { value: 'Sync people', role: 'viewer', payloads: true },
    { value: 'ops', role: 'operator', payloads: false },
    { value: 'audit', role: 'auditor', payloads: false },
  ],
};
const ann = { sub: 'ann', org_id: 'org-1' };

describe('The claims of somebody who signs in', () => {
  it('name who they are and their organization', () => {
    expect(memberOf({ ...ann, name: 'Ann', email: 'ann@x.example' }, NAMES)).toEqual({
      ...{ orgId: 'org-1', userId: 'ann', name: 'Ann', email: 'ann@x.example', role: null, payloads: false },
    });
    expect(memberOf({ ...ann, org_id: ['org-1'] }, NAMES)).toMatchObject({ orgId: 'org-1' });
  });

  it.each([
    [{ sub: 'ann' }, 'The claim org_id names no organization.'],
    [{ sub: 'ann', org_id: '' }, 'The claim org_id names no organization.'],
    [{ sub: 'ann', org_id: 7 }, 'The claim org_id names no organization.'],
    [{ sub: 'ann', org_id: ['org-1', 'org-2'] }, 'The claim org_id names several organizations.'],
    [{ sub: 'ann', org_id: 'org 1\n' }, expect.stringContaining('The claim org_id ')],
    [{ org_id: 'org-1' }, expect.stringContaining('The claim sub ')],
  ])('are refused in words when they do not: %j', (claims, words) => {
    expect(memberOf(claims, NAMES)).toEqual(words);
  });

  it('give the role that has the most rights, and payloads if any of them does', () => {
    const member = (...groups: string[]) =>
      memberOf({ sub: 'ann', 'https://example.com/org': 'org-1', realm: { groups } }, MAPPED);
    expect(member('Sync people', 'ops', 'others')).toMatchObject({ role: 'operator', payloads: true });
    expect(member('audit')).toMatchObject({ role: 'auditor', payloads: false });
    expect(member('people', 'operator', 'admin')).toMatchObject({ role: null, payloads: false });
  });

  it('give a role by its own name where none is mapped', () => {
    const names = { ...NAMES, roleClaim: 'roles' };
    expect(memberOf({ ...ann, roles: ['integrator'] }, names)).toMatchObject({ role: 'integrator' });
    expect(memberOf({ ...ann, roles: 'viewer other' }, names)).toMatchObject({ role: 'viewer' });
    expect(memberOf({ ...ann, roles: ['Admin', { admin: true }] }, names)).toMatchObject({ role: null });
  });
});
