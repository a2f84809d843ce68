import { describe, expect, it } from '@jest/globals';
import { fieldErrors, stillWrong } from '../api/field.errors.ts';
import { ApiError } from '../api/problem.ts';
import { draftOf, given, readDraft } from './schema.draft.ts';
import type { FormSchema } from './schema.types.ts';

const SCHEMA: FormSchema = {
  type: 'object',
  required: ['key'],
  properties: {
    key: { type: 'string', title: 'Key', secret: true },
    home: { type: 'string', title: 'Home' },
    guests: { type: 'boolean', title: 'Guests', default: true },
    batch: { type: 'integer', title: 'Batch', default: 100, minimum: 1, maximum: 100 },
    share: { type: 'number', title: 'Share' },
    mode: { type: 'string', title: 'Mode', enum: ['auto', 'manual'], default: 'auto' },
    domain: { type: 'array', title: 'Domain', default: [['a', '=', true]] },
    map: { type: 'object', title: 'Map', default: {} },
  },
};

describe('The form of a schema', () => {
  it('begins with what there is, else with the defaults', () => {
    expect(draftOf(SCHEMA, { batch: 20, map: { a: 'b' } })).toEqual({
      key: '',
      home: '',
      guests: true,
      batch: '20',
      share: '',
      mode: 'auto',
      domain: '[["a","=",true]]',
      map: '{\n  "a": "b"\n}',
    });
  });

  it('sends what differs from the defaults, and null for what is empty or a default again', () => {
    const draft = { ...draftOf(SCHEMA), key: ' k ', home: ' x ', batch: '7', share: '1.5', guests: false };
    const { members, errors } = readDraft(SCHEMA, draft);
    expect(errors).toEqual({});
    const sent = { key: ' k ', home: 'x', batch: 7, share: 1.5, guests: false };
    expect(members).toEqual({ ...sent, mode: null, domain: null, map: null });
    expect(given(members)).toEqual(sent);
  });

  it('says what is wrong with each field before anything is sent', () => {
    const draft = { ...draftOf(SCHEMA), batch: '101', share: 'many', domain: '{}', map: '{"a"' };
    expect(readDraft(SCHEMA, draft).errors).toEqual({
      key: 'Is required.',
      batch: 'Must not be greater than 100.',
      share: 'Must be a number.',
      domain: 'Must be a list, in square brackets.',
      map: expect.stringMatching(/^Is not JSON: /),
    });
    expect(readDraft(SCHEMA, { ...draft, key: 'k', batch: '1.5' }).errors.batch).toBe('Must be a whole number.');
  });
});

describe("The service's pointers", () => {
  const problem = (errors: object[]) =>
    new ApiError(422, { type: 'urn:sync-operations:problem:invalid-request', detail: 'no', errors });

  it('stand at the field they name, and what is deeper at the field around it', () => {
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
    expect(stillWrong(errors, sent, { name: 'a', settings: { batch: '1', share: 'y' } })).toEqual({
      name: 'Is taken.',
      'settings.share': 'Must be a number.',
    });
  });
});
