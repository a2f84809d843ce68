import { describe, expect, it } from 'vitest';
import { activityPath, activityQuery, exportAddress, isFiltered, periodOf } from './activity.filters.ts';

describe('the filters of the trail', () => {
  it('look a week back, and at all of it for one sync', () => {
    expect(activityQuery({})).toEqual({ days: 7 });
    expect(activityQuery({ sync_id: 's' })).toEqual({ from: '1970-01-01T00:00:00Z', sync_id: 's' });
    expect(activityQuery({ sync_id: 's', days: '1' })).toEqual({ days: 1, sync_id: 's' });
  });

  it('hold the last day whole, because the API leaves its end out', () => {
    expect(activityQuery({ from: '2026-11-01', to: '2026-11-30' })).toEqual({
      from: '2026-11-01T00:00:00Z',
      to: '2026-12-01T00:00:00Z',
    });
    expect(activityQuery({ to: '2028-02-28' })).toEqual({ from: '1970-01-01T00:00:00Z', to: '2028-02-29T00:00:00Z' });
  });

  it('pass over what makes no sense in an address', () => {
    expect(activityQuery({ days: '0', status: 'odd', failed: 'yes', from: 'yesterday' })).toEqual({ days: 7 });
    expect(activityQuery({ from: '2026-13-45' })).toEqual({ days: 7 });
    expect(activityQuery({ days: '99999' })).toEqual({ days: 7 });
  });

  it('keep each of the others unchanged', () => {
    const given = { days: '30', status: 'failed', entity_type: 'a&b', user_id: 'ann', error_message: '50% of "x"' };
    expect(activityQuery(given)).toEqual({ ...given, days: 30 });
    expect(activityQuery({ failed: 'true' })).toEqual({ days: 7, failed: true });
  });

  it('are filters when they leave entries out, which a period alone is not', () => {
    expect(isFiltered({ days: '90', tab: 'failures' })).toBe(false);
    expect(isFiltered({ user_id: 'ann' })).toBe(true);
    expect(periodOf({ days: 'chosen' })).toEqual({ kind: 'chosen' });
  });

  it('are in the address of the export with the organization, whatever they hold', () => {
    const address = new URL(exportAddress('a/b & c', { days: 7, error_message: 'x=1&y' }, 'csv'), 'http://host');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      orgId: 'a/b & c',
      format: 'csv',
      days: '7',
      error_message: 'x=1&y',
    });
    expect(activityPath({})).toBe('/activity');
    expect(activityPath({ entity_type: 'a&b' })).toBe('/activity?entity_type=a%26b');
  });
});
