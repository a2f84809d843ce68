import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

let service: TestService;
let browser: TestBrowser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

describe('/docs', () => {
  it('opens in a browser and lists the operations, with nothing refused by its Content-Security-Policy', async () => {
    const { page, complaints } = await openDocs({}, 'progress');
    await page.getByText('Active syncs, newest first').waitFor();
    expect(complaints).toEqual([]);
  });
});

/** The page, and the operations of some of its groups. */
async function openDocs(options: PageOptions, ...tags: readonly string[]): Promise<WatchedPage> {
  const watched = await browser.openPage(`${service.url}/docs`, options);
  await watched.page.locator('.opblock-tag').nth(14).waitFor();
  for (const tag of tags) {
    await watched.page.locator(`.opblock-tag[data-tag="${tag}"]`).getByRole('button').click();
    await watched.page.locator(`.opblock[id^="operations-${tag}-"]`).first().waitFor();
  }
  return watched;
}

async function open(page: Page, operationId: string): Promise<Locator> {
  const block = page.locator(`.opblock[id$="-${operationId}"]`);
  await block.locator('.opblock-summary-control').click();
  await block.locator('.opblock-body').waitFor();
  return block;
}

/** Presses "Execute", with nothing filled in. */
async function execute(block: Locator): Promise<string> {
  await block.getByRole('button', { name: 'Execute' }).click();
  return block.locator('.live-responses-table .response-col_status').last().innerText();
}

async function authorize(page: Page, orgId = 'org-docs'): Promise<void> {
  const key = await service.createKey({ orgId: null, scopes: ['sync:admin'] });
  await page.getByRole('button', { name: 'Authorize' }).click();
  const dialog = page.getByRole('dialog', { name: 'Available authorizations' });
  const fill = async (scheme: string, value: string) => {
    const part = dialog.locator('.auth-container', { hasText: scheme });
    await part.getByRole('textbox').fill(value);
    await part.getByRole('button', { name: 'Authorize' }).click();
  };
  await fill('key (apiKey)', key);
  await fill('organization (apiKey)', orgId);
  await dialog.getByRole('button', { name: 'Close' }).first().click();
}

describe('/docs, in every state', () => {
  const WIDTHS = { light: 1280, dark: 390 } as const;
  it.for(['light', 'dark'] as const)(
    'can be read and operated by everybody: %s',
    { timeout: 180_000 },
    async (colorScheme) => {
      const viewport = { width: WIDTHS[colorScheme], height: 900 };
      const watched = await openDocs({ viewport, colorScheme }, 'progress', 'activity');
      const { page } = watched;
      const started = await open(page, 'startSync');
      await open(page, 'listActivity');
      await execute(started);
      expect(await watched.axe()).toEqual([]);
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
        .toBe(false);
      await started.getByText('Schema', { exact: true }).first().click();
      await watched.screenshot(`docs-operation-${colorScheme}`);
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.getByRole('dialog', { name: 'Available authorizations' }).waitFor();
      expect(await watched.axe()).toEqual([]);
    },
  );
});

describe('/docs, with every group open', () => {
  it('has contrast, names and headings that everybody can use', { timeout: 180_000 }, async () => {
    const watched = await openDocs({ colorScheme: 'dark' });
    const { page } = watched;
    const tags = await page
      .locator('.opblock-tag')
      .evaluateAll((all) => all.map((tag) => tag.getAttribute('data-tag')));
    for (const tag of tags) {
      await page.locator(`.opblock-tag[data-tag="${tag}"]`).getByRole('button').click();
      await page.locator(`.opblock[id^="operations-${tag}-"]`).first().waitFor();
    }
    const { paths } = JSON.parse(await (await fetch(`${service.url}/openapi.json`)).text());
    const operations = Object.values<object>(paths).flatMap((methods) => Object.keys(methods));
    expect(await page.locator('.opblock').count()).toBe(operations.length);
    expect(await watched.axe()).toEqual([]);
  });
});

describe('/docs, for whoever tries the API there', () => {
  it('lets an id of the examples stand for what was made last', async () => {
    const { page } = await openDocs({}, 'connections');
    await authorize(page);
    expect(await execute(await open(page, 'createConnection'))).toContain('201');
    expect(await execute(await open(page, 'getConnection'))).toContain('200');
  }, 180_000);

  it('signs a webhook as the shop that was connected there', async () => {
    const { page } = await openDocs({}, 'connections', 'hooks');
    await authorize(page, 'org-hooks');
    expect(await execute(await open(page, 'createConnection'))).toContain('201');
    expect(await execute(await open(page, 'receiveWebhook'))).toContain('200');
  }, 180_000);

  it('asks for the organization once, with the credentials', async () => {
    const { page } = await browser.openPage(`${service.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.getByText('organization (apiKey)').waitFor();
    const { paths } = JSON.parse(await (await fetch(`${service.url}/openapi.json`)).text());
    const names = paths['/api/sync/whoami'].get.parameters.map(({ name }: { name: string }) => name);
    // The document for programs says what each operation takes.
    expect(names).toContain('X-Org-Id');
    const init = await (await fetch(`${service.url}/docs/swagger-ui-init.js`)).text();
    expect(init.match(/"name": ?"X-Org-Id"/g)).toHaveLength(1);
  });
});

describe('/errors', () => {
  it('opens at the problem that its address names, with nothing refused by its Content-Security-Policy', async () => {
    const { page, complaints } = await browser.openPage(`${service.url}/errors#sync-ended`);
    await page.locator('section:target', { hasText: 'The sync has ended' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.for(['light', 'dark'] as const)('can be read by everybody: %s', async (colorScheme) => {
    const watched = await browser.openPage(`${service.url}/errors`, { colorScheme });
    expect(await watched.axe()).toEqual([]);
  });
});

describe('a page that is watched', () => {
  it('shows what went wrong in it', async () => {
    const { page, complaints } = await browser.openPage(`${service.url}/docs`);
    await page.evaluate(async () => {
      console.warn('careful');
      setTimeout(() => {
        throw new Error('broken');
      });
      await fetch('/api/sync/progress');
      await fetch('http://127.0.0.1:9').catch(() => undefined);
    });
    const all = complaints.join('\n');
    expect(all).toContain('console warning: careful');
    expect(all).toContain('uncaught: Error: broken');
    expect(all).toMatch(/console error: .*401.*api\/sync\/progress/);
    expect(all).toContain('127.0.0.1:9');
  });

  it('is signed in by a one-time link, for its organization', async () => {
    const { page } = await browser.signedIn(service, 'org-1', ['sync:read']);
    const whoami = await page.evaluate(() => fetch('/api/sync/whoami').then((response) => response.json()));
    expect(whoami).toMatchObject({ kind: 'session', org_id: 'org-1', user_id: 'operator-1' });
  });
});
