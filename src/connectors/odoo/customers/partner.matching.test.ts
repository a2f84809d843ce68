import { describe, expect, it } from 'vitest';
import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import type { Candidate } from '../../contract/connector.types.ts';
import { assignPartners, matchDomain } from './partner.matching.ts';

const candidate = (key: string, data: CanonicalCustomer): Candidate => ({ key, data, since: '2026-05-01T00:00:00Z' });

describe('matching customers', () => {
  it('asks once for all, with wildcards in an email taken literally', () => {
    const candidates = [candidate('k1', { email: 'A_n@X.test', vat: 'de 12' }), candidate('k2', { reference: 'C-2' })];
    expect(matchDomain(candidates, false)).toEqual([
      '|',
      '|',
      ['email', '=ilike', 'a\\_n@x.test'],
      ['vat', 'in', ['de 12', 'DE12']],
      ['ref', 'in', ['C-2']],
    ]);
  });

  it('uses the normalized email where the server keeps one', () => {
    expect(matchDomain([candidate('k', { email: 'A@X.test' })], true)).toEqual([
      ['email_normalized', 'in', ['a@x.test']],
    ]);
    expect(matchDomain([candidate('k', {})], true)).toBeNull();
  });

  it('gives each candidate its own, by email without case, VAT without signs, reference or mark', () => {
    const rows = [
      { id: 1, email: 'Ann <ANN@x.test>', vat: false, ref: false },
      { id: 2, email: false, vat: 'DE 12.3', ref: false },
      { id: 3, email: false, vat: false, ref: 'sync:k3' },
      { id: 4, email: false, vat: false, ref: 'C-4' },
    ];
    const candidates = [
      candidate('k1', { email: 'ann@x.test' }),
      candidate('k2', { vat: 'de123', email: null }),
      candidate('k3', { email: null }),
      candidate('k4', { reference: 'C-4' }),
      candidate('k5', { email: 'nobody@x.test' }),
    ];
    const found = assignPartners(candidates, rows).map((list) => list.map(({ id }) => id));
    expect(found).toEqual([[1], [2], [3], [4], []]);
  });

  it('leaves out addresses of a partner that matches, and no contacts', () => {
    const alike = { email: 'ann@x.test', vat: false, ref: false };
    const rows = [
      { ...alike, id: 1, parent_id: false, type: 'contact' },
      { ...alike, id: 2, parent_id: [1, 'Ann'], type: 'delivery' },
      { ...alike, id: 3, parent_id: [1, 'Ann'], type: 'contact' },
      { ...alike, id: 4, parent_id: [9, 'Firm'], type: 'invoice' },
    ];
    const [found] = assignPartners([candidate('k', { email: 'ann@x.test' })], rows);
    expect(found?.map(({ id }) => id)).toEqual([1, 3, 4]);
  });
});
