import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntities, encodeName, encodeTitle, plainMessage } from './shop.values.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 30 });

describe('Texts of a shop', () => {
  it('decodes what encodeName and encodeTitle have made, whatever it was', () => {
    const risky = fc.oneof(anyText, fc.stringMatching(/^[&<>;#a-z0-9 ]{0,20}$/));
    fc.assert(
      fc.property(risky, (text) => {
        expect(decodeEntities(encodeName(text))).toBe(text);
        expect(decodeEntities(encodeTitle(text))).toBe(text);
      }),
    );
  });

  it('decodes numbered entities, and leaves alone what is none', () => {
    expect(decodeEntities('O&#039;Brien &#x1F600; &hearts; & &#xD800; &#0;')).toBe(
      "O'Brien 😀 &hearts; & &#xD800; &#0;",
    );
  });

  it('removes the markup from a message and shortens it', () => {
    expect(plainMessage('<p>There has been a <b>critical</b> error.</p>')).toBe('There has been a critical error.');
    expect(plainMessage('x'.repeat(1000))).toHaveLength(300);
  });
});
