import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { KeyAdmin } from '../src/auth/key.admin.ts';
import { chromiumFiles } from '../test/browser/support/chromium.files.ts';
import { answerMs, type Scrolled, scroll } from './pages/frames.ts';
import { StreamDatabase } from './stream/stream.database.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// npm run bench:pages measures, in a real Chromium, how a list of many syncs scrolls and how soon a click shows, beside a bare page with as
// many rows, and with the service's answer held back. The peer says what the machine can do: without a GPU it draws by the processor.

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
    clicks: { type: 'string', default: '11' },
  },
});
const MANY = Number(flags.rows);
const SECONDS = Number(flags.seconds);
/** As fast as a wheel that is turned quickly, at 60 frames a second. */
const STEP_PX = 60;
const ANSWER_HELD_MS = 1_000;
/** The live stream has no more than the newest. */
const MOST_LIVE = 1_000;
/** More than twice what all pages of the list take on two cores that do nothing else. */
const LOAD_MS_MAX = 120_000;
const ORG = 'org-pages';

await runBench(async (cleanUps) => {
  const { page, url } = await start(cleanUps);
  await page.setContent(
    `<table>${Array.from({ length: 40 }, (_, n) => `<tr data-sync-id><td>sync-${n}<td>customer<td>${n}`).join('')}</table><p style="height:${MANY * 64}px">`,
  );
  tell('a bare page', await scroll(page, SECONDS, STEP_PX));
  await page.goto(`${url}/o/${ORG}/live?view=table`);
  await page.locator(`table[aria-rowcount="${Math.min(MANY, MOST_LIVE) + 1}"]`).waitFor();
  tell('Live as a table', await scroll(page, SECONDS, STEP_PX));
  const clicks = await clicksOf(page);
  console.log(`a click shows after     ${median(clicks).toFixed(0)} ms, at most ${Math.max(...clicks).toFixed(0)} ms`);
  await page.goto(`${url}/o/${ORG}/syncs?active=true`);
  await page.locator('tr[data-sync-id]').first().waitFor();
  const started = performance.now();
  await loadAll(page);
  console.log(`${MANY} rows are there after ${((performance.now() - started) / 1_000).toFixed(1)} s, page by page`);
  tell('the list of all syncs', await scroll(page, SECONDS, STEP_PX));
});

function tell(name: string, { framesPerSecond, frameMsMedian, frameMs95th, rowsMax }: Scrolled): void {
  console.log(
    `${name.padEnd(23)} ${framesPerSecond.toFixed(1)} frames/s, a frame ${frameMsMedian.toFixed(1)} ms, 95th ${frameMs95th.toFixed(1)} ms, at most ${rowsMax} rows in the page`,
  );
}

/** The service with many active syncs, and a page in which somebody has signed in. */
async function start(cleanUps: CleanUps): Promise<{ page: Page; url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await StreamDatabase.start(join(folder, 'data'));
  cleanUps.push(() => database.stop());
  await database.fill([ORG], MANY);
  const variables = { DATABASE_URL: database.appUrl, SYNC_WORKER: 'off', LOG_LEVEL: 'warn', ...UNLIMITED };
  const service = await ServiceProcess.start({ ...variables, SYNC_JWT_SECRET: 'x'.repeat(32) }, folder);
  cleanUps.push(() => service.stop());
  const { executablePath, environment } = await chromiumFiles();
  const browser: Browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...environment } as Record<string, string>,
    args: ['--no-sandbox', '--headless=shell', '--disable-gpu'],
  });
  cleanUps.push(() => browser.close());
  const link = {
    kind: 'link',
    orgId: ORG,
    name: 'bench',
    userId: 'bench',
    scopes: ['sync:write'],
    ttlSeconds: 300,
  } as const;
  const token = await KeyAdmin.with(database.ownerUrl, (keys) => keys.create(link));
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${service.url}/sign-in?token=${token}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => at.pathname !== '/sign-in');
  return { page, url: service.url };
}

/** Pauses the first rows one after another, while the answer of the service is held back. */
async function clicksOf(page: Page): Promise<number[]> {
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.route('**/pause', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, ANSWER_HELD_MS));
    await route.continue();
  });
  const all: number[] = [];
  for (let n = 0; n < Number(flags.clicks); n++) {
    const button = page.locator('button[aria-label^="Pause "]').first();
    const name = ((await button.getAttribute('aria-label')) ?? '').replace('Pause ', '');
    all.push(await answerMs(page, `[aria-label="Pause ${name}"]`, `[aria-label="Resume ${name}"]`));
  }
  return all;
}

/** Scrolls to the end until all pages of the list are loaded. Rejects when they are not in time. */
async function loadAll(page: Page): Promise<void> {
  await page.evaluate(
    ([wanted, msMax]) =>
      new Promise<void>((resolve, reject) => {
        const started = performance.now();
        const next = () => {
          if (performance.now() - started > msMax) return reject(new Error(`not ${wanted} rows within ${msMax} ms`));
          if (Number(document.querySelector('table')?.getAttribute('aria-rowcount')) > wanted) return resolve();
          window.scrollTo(0, document.documentElement.scrollHeight);
          requestAnimationFrame(next);
        };
        next();
      }),
    [MANY, LOAD_MS_MAX] as const,
  );
}
