import type { Page } from 'playwright-core';

/** One run of the wheel down a page. */
export interface Scrolled {
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly frameMsMedian: number;
  readonly frameMs95th: number;
  readonly rowsMax: number;
}

/** Scrolls by `stepPx` a frame for `seconds`, and tells how long the frames took and how many rows were in the page at most. */
export async function scroll(page: Page, seconds: number, stepPx: number): Promise<Scrolled> {
  const { times, rowsMax } = await page.evaluate(
    ([forMs, step]) =>
      new Promise<{ times: number[]; rowsMax: number }>((resolve) => {
        window.scrollTo(0, 0);
        const times: number[] = [];
        let rowsMax = 0;
        let last = performance.now();
        const end = last + forMs;
        const next = () => {
          const now = performance.now();
          times.push(now - last);
          last = now;
          rowsMax = Math.max(rowsMax, document.querySelectorAll('tr[data-sync-id]').length);
          if (now >= end) return resolve({ times: times.slice(1), rowsMax });
          window.scrollBy(0, step);
          requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
    [seconds * 1_000, stepPx] as const,
  );
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return {
    frames: times.length,
    framesPerSecond: (1_000 * times.length) / times.reduce((sum, ms) => sum + ms, 0),
    frameMsMedian: at(0.5),
    frameMs95th: at(0.95),
    rowsMax,
  };
}

/** From the press of `button` to the frame after the one in which `sign` is in the page, in milliseconds. */
export function answerMs(page: Page, button: string, sign: string): Promise<number> {
  return page.evaluate(
    ([pressed, shown]) =>
      new Promise<number>((resolve, reject) => {
        const element = document.querySelector<HTMLElement>(pressed);
        if (!element) return reject(new Error(`There is no ${pressed}`));
        const started = performance.now();
        const look = () => {
          if (document.querySelector(shown)) requestAnimationFrame(() => resolve(performance.now() - started));
          else requestAnimationFrame(look);
        };
        element.click();
        look();
      }),
    [button, sign] as const,
  );
}
