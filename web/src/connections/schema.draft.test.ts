import { describe, expect, it } from 'vitest';
import { draftOf, type FormSchema, parseDraft, withoutNulls } from './schema.draft.ts';

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
    const { members, errors } = parseDraft(SCHEMA, draft);
    expect(errors).toEqual({});
    const sent = { key: ' k ', home: 'x', batch: 7, share: 1.5, guests: false };
    expect(members).toEqual({ ...sent, mode: null, domain: null, map: null });
    expect(withoutNulls(members)).toEqual(sent);
  });

  it('says what is wrong with each field before anything is sent', () => {
    const draft = { ...draftOf(SCHEMA), batch: '101', share: 'many', domain: '{}', map: '{"a"' };
    expect(parseDraft(SCHEMA, draft).errors).toEqual({
      key: 'Is required.',
      batch: 'Must not be greater than 100.',
      share: 'Must be a number.',
      domain: 'Must be a list, in square brackets.',
      map: expect.stringMatching(/^Is not JSON: /),
    });
    expect(parseDraft(SCHEMA, { ...draft, key: 'k', batch: '1.5' }).errors.batch).toBe('Must be a whole number.');
  });
});
