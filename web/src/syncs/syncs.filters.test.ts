import { describe, expect, it } from 'vitest';
import { isFiltered, isSameView, syncsQuery } from './syncs.filters.ts';

describe('The filters of the list of syncs', () => {
  it('are the parameters of the API, without what it would refuse', () => {
    expect(syncsQuery({ q: 'a', failed: 'true', conflicts: 'true', source_system: 'erp', sort: 'started_at' })).toEqual(
      {
        q: 'a',
        source_system: 'erp',
        failed: true,
        conflicts: true,
        sort: 'started_at',
      },
    );
    expect(syncsQuery({ status: 'none', kind: 'none', sort: 'none', connection_id: 'none', from: 'none' })).toEqual({});
  });

  it('are set when there is more than an order', () => {
    expect([isFiltered({ sort: 'started_at' }), isFiltered({ q: 'a' })]).toEqual([false, true]);
  });

  it('make the same view in any order', () => {
    expect(isSameView('a=1&b=2', 'b=2&a=1')).toBe(true);
    expect(isSameView('a=1', '')).toBe(false);
  });
});
