import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';

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
    const { page, complaints } = await browser.openPage(`${service.url}/docs`);
    await page.getByText('Active syncs, newest first').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('/docs, for whoever tries the API there', () => {
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
