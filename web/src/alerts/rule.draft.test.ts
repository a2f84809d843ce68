import type { AlertRule } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { bodyOf, draftOf, durationOf, NEW_RULE, ruleText } from './rule.draft.ts';

const RULE: AlertRule = {
  ...{
    id: 'a',
    name: 'Orders',
    kind: 'stale',
    connection_id: null,
    entity_type: 'order',
    source_system: null,
    sync_id: null,
  },
  ...{ threshold: null, percent: null, seconds: 7_200, still_open_seconds: null, endpoint_ids: [], enabled: true },
  ...{ watches_since: '', created_by: null, created_at: '', updated_at: '' },
};

describe('The form of a rule', () => {
  it('sends a rule as it was when nothing is changed', () => {
    const { name, kind, entity_type, seconds, still_open_seconds } = RULE;
    expect(bodyOf(draftOf(RULE))).toMatchObject({ name, kind, entity_type, seconds, still_open_seconds });
  });

  it('sends no parameter that the kind has not, and names a rule by its kind when nobody else does', () => {
    const draft = { ...NEW_RULE, threshold: '3', percent: '5' };
    expect(bodyOf(draft)).toMatchObject({ name: 'A sync failed', threshold: null, percent: null, seconds: null });
    expect(bodyOf({ ...draft, kind: 'conflicts' })).toMatchObject({ threshold: 3, percent: null });
  });
});

describe('A duration', () => {
  it.each([
    [86_400, '1 days'],
    [5_400, '90 minutes'],
    [7_200, '2 hours'],
  ])('of %i seconds is shown as %s', (seconds, text) => {
    const { amount, unit } = durationOf(seconds);
    expect(`${amount} ${unit}`).toBe(text);
  });
});

it('A rule is told in words', () => {
  expect(ruleText({ ...RULE, connection_id: 'c' }, () => 'My shop')).toBe(
    'No sync succeeded for a time, for longer than 2 hours, of order, of My shop',
  );
});
