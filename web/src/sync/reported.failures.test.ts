import type { Activity } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { reportedFailures } from './reported.failures.ts';

const entry = (members: Partial<Activity>) =>
  ({
    id: 'a',
    activity_type: 'batch_process',
    created_at: 'now',
    error_message: null,
    details: null,
    ...members,
  }) as Activity;

describe('The failures that a service told', () => {
  it.each([
    [{ details: { customerId: 17, error: 'Invalid email address' } }, 'customer 17', 'Invalid email address'],
    [{ details: { order_id: '9', error_message: 'No such product' } }, 'order 9', 'No such product'],
    [{ entity_type: 'product', details: { sku: 'A-1' }, error_message: 'Too long' }, 'product A-1', 'Too long'],
    [{ entity_type: 'product', details: { external_id: 5, error: { code: 3 } } }, 'product 5', '{"code":3}'],
    [{ error_message: 'The ERP is down' }, null, 'The ERP is down'],
  ])('are read from the entry and from its details: %j', (members, item, message) => {
    expect(reportedFailures([entry(members)])).toMatchObject([{ item, message }]);
  });

  it('are not the end of the sync, nor entries without a message', () => {
    expect(
      reportedFailures([
        entry({ activity_type: 'sync_completed', error_message: '12 of 24 items failed' }),
        entry({ details: { customerId: 1 } }),
      ]),
    ).toEqual([]);
  });
});
