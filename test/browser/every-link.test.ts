import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { type Filled, fillOrganization } from './support/filled.organization.ts';
import { TestBrowser } from './support/test-browser.ts';
import { untilShown } from './support/watched.page.ts';

const ORG = 'org-every-link';
/** What a page says when there is nothing at its address. */
const NOTHING_THERE = /There is no (such|page)|is not a sync of this organization|Sync not found|Page not found/;
/** These say so themselves. */
const LEAD_NOWHERE = ['no sync', 'an address that leads nowhere'];

let fixture: RunsFixture;
let browser: TestBrowser;
let filled: Filled;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
  filled = await fillOrganization(fixture, ORG);
});
afterAll(async () => {
  await filled.empty();
  await browser.close();
  await fixture.close();
});

it('No link of a page leads to something that is not there', async () => {
  const { service } = fixture;
  const watched = await browser.signedIn(service, ORG, ['sync:admin'], { path: 'about:blank' });
  const { page } = watched;
  const show = async (address: string) => {
    await page.goto(address);
    await untilShown(page);
  };
  const ways = new Map<string, string>();
  for (const [name, path] of Object.entries(filled.paths)) {
    if (LEAD_NOWHERE.includes(name)) continue;
    await show(service.url + path);
    const links = await page.locator('a[href]').evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    // Those to the systems are theirs.
    for (const link of links) if (link.startsWith(service.url)) ways.set(link.replace(/#.*/, ''), name);
  }
  expect(ways.size).toBeGreaterThan(50);
  const wrong: string[] = [];
  for (const [address, from] of ways) {
    const path = address.slice(service.url.length);
    if (path.startsWith(`/o/${ORG}/`)) {
      await show(address);
      const text = await page.locator('main').innerText();
      if (NOTHING_THERE.test(text)) wrong.push(`${path}, from ${from}: ${NOTHING_THERE.exec(text)?.[0]}`);
    } else {
      const { status } = await page.evaluate(async (to) => ({ status: (await fetch(to)).status }), path);
      if (status >= 400) wrong.push(`${path}, from ${from}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
  // What the trail alone knows is asked for as any sync first, and then shown from there.
  const TRAIL_ONLY = /404 \(Not Found\) \(.*\/progress\/sync-of-day-\d+\)$/;
  expect(watched.complaints.filter((text) => !TRAIL_ONLY.test(text))).toEqual([]);
}, 300_000);
