import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

// Pictures of the page that shows every component in every state. TEST_PICTURES=write takes them anew: look at each before it is committed.

const FOLDER = join(import.meta.dirname, 'pictures');
const ORG = 'org-gallery';
/** How much of a picture may differ: an edge that is drawn a little otherwise, and no more. */
const MOST_DIFFERENT = 0.004;

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterEach(() => browser.close());
afterAll(() => service.close());

interface Picture {
  readonly options: PageOptions;
  /** The part of the page; fewer and smaller pictures are looked at with more care. */
  readonly part:
    | 'Cards of syncs'
    | 'Compact cards'
    | 'Table of syncs'
    | 'States of the component'
    | 'Parts of pages'
    | "Colours of one's own";
}

const size = (width: number) => ({ viewport: { width, height: 900 } });
const PICTURES: Readonly<Record<string, Picture>> = {
  'phone-light': { options: size(390), part: 'Compact cards' },
  'phone-dark': { options: { ...size(390), colorScheme: 'dark' }, part: 'Parts of pages' },
  light: { options: size(1280), part: 'Cards of syncs' },
  dark: { options: { ...size(1280), colorScheme: 'dark' }, part: 'Cards of syncs' },
  'states-light': { options: size(1280), part: 'States of the component' },
  'states-dark': { options: { ...size(390), colorScheme: 'dark' }, part: 'States of the component' },
  wide: { options: size(1920), part: 'Table of syncs' },
  'wide-dark': { options: { ...size(1920), colorScheme: 'dark' }, part: 'Table of syncs' },
  'forced-colours': { options: { ...size(1280), context: { forcedColors: 'active' } }, part: 'Cards of syncs' },
  'forced-colours-dark': {
    options: { ...size(1280), colorScheme: 'dark', context: { forcedColors: 'active' } },
    part: 'Parts of pages',
  },
  'brand-light': { options: size(1280), part: "Colours of one's own" },
  'brand-dark': { options: { ...size(390), colorScheme: 'dark' }, part: "Colours of one's own" },
  // Twice as large in a window of 1280 pixels.
  'zoom-200': { options: size(640), part: 'Table of syncs' },
};

/** Half as wide and high, each pixel the mean of four. */
function half({ width, height, data }: PNG): PNG {
  const small = new PNG({ width: Math.floor(width / 2), height: Math.floor(height / 2) });
  for (let y = 0; y < small.height; y += 1)
    for (let x = 0; x < small.width; x += 1)
      for (let channel = 0; channel < 4; channel += 1) {
        const at = (dx: number, dy: number) => data[((2 * y + dy) * width + 2 * x + dx) * 4 + channel] ?? 0;
        small.data[(y * small.width + x) * 4 + channel] = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) >> 2;
      }
  return small;
}

async function open(options: PageOptions): Promise<WatchedPage> {
  const context = { reducedMotion: 'reduce' as const, timezoneId: 'UTC', locale: 'en-GB', ...options.context };
  const path = `/o/${ORG}/gallery`;
  const watched = await browser.signedIn(service, ORG, ['sync:read'], { ...options, context, path });
  await watched.page.getByRole('region', { name: 'Parts of pages' }).waitFor();
  return watched;
}

/** The font of the machine, by the width of a text in it: pictures in another font differ everywhere. */
const fontOf = (page: Page) =>
  page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
    context.font = '100px system-ui';
    return Math.round(context.measureText('Sync Operations, 1,234').width);
  });

describe('Every component in every state', () => {
  it.for(Object.entries(PICTURES))(
    'looks as it did, and is open to everybody: %s',
    async ([name, picture], context) => {
      const watched = await open(picture.options);
      const { page } = watched;
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
        .toBe(false);
      await watched.screenshot(`gallery-${name}`);
      expect(await watched.axe()).toEqual([]);
      // What stays in its place while a page is scrolled would stand over the part.
      await page.evaluate(() => {
        for (const element of document.querySelectorAll<HTMLElement>('.shell-head, .shell-nav, .skip-link'))
          element.style.visibility = 'hidden';
      });
      const font = String(await fontOf(page));
      const part = page.getByRole('region', { name: picture.part });
      const taken = half(PNG.sync.read(await part.screenshot({ animations: 'disabled' })));
      const file = join(FOLDER, `${name}.png`);
      const fontFile = join(FOLDER, 'font.txt');
      if (process.env.TEST_PICTURES === 'write' || !existsSync(file)) {
        await mkdir(FOLDER, { recursive: true });
        await writeFile(file, PNG.sync.write(taken, { colorType: 2, deflateLevel: 9 }));
        await writeFile(fontFile, font);
        return;
      }
      if ((await readFile(fontFile, 'utf8')).trim() !== font) context.skip('the pictures were taken with another font');
      const kept = PNG.sync.read(await readFile(file));
      const { width, height } = kept;
      expect({ width: taken.width, height: taken.height }).toEqual({ width, height });
      const different = pixelmatch(kept.data, taken.data, undefined, width, height, { threshold: 0.2 });
      expect(different / (width * height)).toBeLessThan(MOST_DIFFERENT);
    },
  );

  it('stands still for who wants no motion', async () => {
    const { page } = await open({});
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});
