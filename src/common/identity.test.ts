import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFault } from './identity.ts';

describe('An organization that only looks like another is refused: the id of an organization or a user', () => {
  it.each([
    'org-1',
    'Müller & Söhne',
    '组织',
    'a b',
    'user@example.com',
    '7',
    'a'.repeat(200),
    '👩‍🚀'.replace('\u200d', ''),
  ])('may be %j', (id) => {
    expect(idFault(id)).toBeUndefined();
  });

  it.each([
    ...['', 'a'.repeat(201), 7, null, undefined, ['a'], {}],
    ...['org-b\n', '\torg-b', ' org-b', 'org-b ', 'org-b\u00a0', 'org\u0000b', 'org-b\ud800', '\udc00'],
    // Invisible, or another spelling of the same text.
    ...[
      'org\u200bb',
      'org\u00adb',
      '\ufefforg',
      'org\u202eb',
      'ｏｒｇ',
      'ﬁrm',
      'Mu\u0308ller',
      'org\u2028b',
      'org\u00a0b',
    ],
  ])('may not be %j', (id) => {
    expect(idFault(id)).toMatch(/^must /);
  });

  it('is the same text for everybody: none that is taken is joined with another by normalisation or trimming', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (id) => {
        if (idFault(id) === undefined) expect(id.trim().normalize('NFKC')).toBe(id);
      }),
    );
  });
});
