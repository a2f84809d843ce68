import { describe, expect, it } from 'vitest';
import { fieldErrors, remainingErrors } from './field.errors.ts';
import { ApiError } from './problem.ts';

describe("The service's pointers", () => {
  const problem = (errors: object[]) =>
    new ApiError(422, { type: 'urn:sync-operations:problem:invalid-request', detail: 'no', errors });

  it('are shown at the field they name, and deeper ones at the field around them', () => {
    const error = problem([
      { pointer: '#/name', detail: 'is taken' },
      { pointer: '#/credentials/consumer_key', detail: 'is required' },
      { pointer: '#/settings/field_directions/customer/a~1b', detail: 'is no field' },
      { parameter: 'limit', detail: 'is too large' },
    ]);
    expect(fieldErrors(error)).toEqual({
      name: 'Is taken.',
      'credentials.consumer_key': 'Is required.',
      'settings.field_directions': 'customer.a/b is no field.',
    });
    expect(fieldErrors(new Error('other'))).toEqual({});
  });

  it('of one level are of the first part', () => {
    const error = problem([{ pointer: '#/destination/connection_id', detail: 'must be a UUID' }]);
    expect(fieldErrors(error, 1)).toEqual({ destination: 'connection_id must be a UUID.' });
  });
});

describe('What is wrong with a field', () => {
  it('is said until the field is changed', () => {
    const errors = { name: 'Is taken.', 'settings.batch': 'Must be a number.', 'settings.share': 'Must be a number.' };
    const sent = { name: 'a', settings: { batch: 'x', share: 'y' } };
    expect(remainingErrors(errors, sent, { name: 'a', settings: { batch: '1', share: 'y' } })).toEqual({
      name: 'Is taken.',
      'settings.share': 'Must be a number.',
    });
  });
});
