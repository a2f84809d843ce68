import { describe, expect, it } from 'vitest';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import type { KeptChange } from './planning.types.ts';
import { planUndo } from './undo.plan.ts';

const was = { name: 'Ann', email: 'ann@x.example' };
const became = { name: 'Anna', email: 'ann@x.example' };
const entry = (data: object, more: object = {}) =>
  ({ external_id: '7', data, ...more }) as unknown as ExternalItem & { readonly archived?: boolean };
const change = (kind: KeptChange['kind'], more: Partial<KeptChange> = {}): KeptChange => ({
  ...{ external_id: '1', kind, destination_id: '7', via_archive: false, is_partial: false, reason: null },
  ...{ after_hash: contentHash(became), was: null, became: null },
  ...more,
});
const inverse = (input: Partial<Parameters<typeof planUndo>[0]> & { change: KeptChange }) =>
  planUndo({
    ...{ found: undefined, matches: [], mayPass: () => true, destinationDeletes: 'permanent', isInUseElsewhere: false },
    ...input,
  });
const updated = change('update', { was: { name: 'Ann' }, became: { name: 'Anna' } });

describe('What cannot be taken back is left as it is, and says why:', () => {
  it.each([
    ['changed_since', { change: change('create'), found: entry({ ...became, name: 'Eve' }) }],
    ['changed_since', { change: updated, found: entry({ ...became, name: 'Eve' }) }],
    ['changed_since', { change: change('update', { ...updated, via_archive: true }), found: entry({ name: 'Eve' }) }],
    ['cannot_delete', { change: change('create'), found: entry(became), destinationDeletes: 'none' as const }],
    ['in_use_elsewhere', { change: change('create'), found: entry(became), isInUseElsewhere: true }],
    ['deleted_at_destination', { change: updated }],
    ['deleted_at_destination', { change: change('delete', { via_archive: true, was }) }],
    ['not_kept', { change: change('update', { is_partial: true }), found: entry(became) }],
    ['not_kept', { change: change('delete') }],
    ['exists_again', { change: change('delete', { was }), matches: [entry(was)] as never }],
    ['nothing_written', { change: change('unbind'), found: entry(became) }],
    [
      'no_access',
      { change: updated, found: entry(null as never, { problem: { error_class: 'no_access', message: 'Hidden.' } }) },
    ],
  ])('%s', (error_class, input) => {
    expect(inverse(input)).toMatchObject({ kind: 'conflict', error_class, message: expect.stringMatching(/\.$/) });
  });

  it('names what the run wrote and what is there now', () => {
    expect(inverse({ change: updated, found: entry({ ...became, name: 'Eve' }) })).toMatchObject({
      fields: [{ field: 'name', old: 'Anna', new: 'Eve' }],
    });
  });
});
