import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';

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

const size = (width: number) => ({ viewport: { width, height: 900 } });
const PICTURES: Readonly<Record<string, PageOptions>> = {
  'phone-light': size(390),
  'phone-dark': { ...size(390), colorScheme: 'dark' },
  light: size(1280),
  dark: { ...size(1280), colorScheme: 'dark' },
  wide: size(1920),
  'forced-colours': { ...size(1280), context: { forcedColors: 'active' } },
  // Twice as large in a window of 1280 pixels.
  'zoom-200': size(640),
};

async function open(options: PageOptions): Promise<Page> {
  const context = { reducedMotion: 'reduce' as const, ...options.context };
  const path = `/o/${ORG}/gallery`;
  const { page } = await browser.signedIn(service, ORG, ['sync:read'], { ...options, context, path });
  await page.getByRole('region', { name: 'Parts of pages' }).waitFor();
  return page;
}

/** The font of the machine, by the width of a text in it: pictures in another font differ everywhere. */
const fontOf = (page: Page) =>
  page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
    context.font = '100px system-ui';
    return Math.round(context.measureText('Sync Operations, 1,234').width);
  });

describe('Every component in every state', () => {
  it.each(Object.keys(PICTURES))('looks as it did: %s', async (name, context) => {
    const page = await open(PICTURES[name] ?? {});
    const font = String(await fontOf(page));
    const parts = ['Cards of syncs', 'Compact cards', 'Table of syncs', 'Parts of pages'];
    const taken = PNG.sync.read(await page.locator('.gallery').screenshot({ animations: 'disabled' }));
    expect(parts.length).toBe(await page.locator('.gallery > section').count());
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
  });

  it('stands still for who wants no motion', async () => {
    const page = await open({});
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});
