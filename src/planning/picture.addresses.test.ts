import { describe, expect, it } from 'vitest';
import { keepsPictures } from './picture.addresses.ts';

const at = (host: string, ...alts: string[]) => ({
  images: alts.map((alt, i) => ({ url: `https://${host}.example/${i}.png`, alt })),
});
const SYNCED = { source_data: at('a', 'Lamp'), destination_data: at('b', 'Lamp') };

describe('Pictures that each system keeps at addresses of its own', () => {
  it('are the same where neither end changed them since the last sync', () => {
    expect(keepsPictures(SYNCED, at('a', 'Lamp'), at('b', 'Lamp'))).toBe(true);
  });

  it.each([
    ['the source has another', SYNCED, at('c', 'Lamp'), at('b', 'Lamp')],
    ['the destination has another', SYNCED, at('a', 'Lamp'), at('c', 'Lamp')],
    [
      'one end has more',
      { ...SYNCED, destination_data: at('b', 'Lamp', 'Back') },
      at('a', 'Lamp'),
      at('b', 'Lamp', 'Back'),
    ],
    ['a text differs', { ...SYNCED, destination_data: at('b', 'Chair') }, at('a', 'Lamp'), at('b', 'Chair')],
    ['they were never synced', null, at('a', 'Lamp'), at('b', 'Lamp')],
  ])('are not when %s', (_why, binding, source, destination) => {
    expect(keepsPictures(binding, source, destination)).toBe(false);
  });
});
