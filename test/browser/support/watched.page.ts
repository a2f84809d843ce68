import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** A page that notes whatever goes wrong in it; `page` is playwright's own. */
export class WatchedPage {
  /** Console errors and warnings, uncaught exceptions and failed requests, in their order, one readable line each. */
  readonly complaints: string[] = [];

  constructor(readonly page: Page) {
    page.on('console', (message) => {
      const kind = message.type();
      if (kind === 'error' || kind === 'warning')
        this.complaints.push(`console ${kind}: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? 'unknown';
      // What a page gives up itself, by leaving or by an AbortController, has not failed.
      if (reason !== 'net::ERR_ABORTED')
        this.complaints.push(`failed: ${request.method()} ${request.url()}: ${reason}`);
    });
  }

  /** What axe-core finds wrong with the page as it is now, one line a place; empty: nothing. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const violations = await this.page.evaluate(async () => {
      const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
      return (await inPage.run(document, { resultTypes: ['violations'] })).violations;
    });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary }) =>
        `${id} (${impact}) at ${target.join(' ')}: ${failureSummary ?? ''}`.replaceAll(/\s+/g, ' ').trim(),
      ),
    );
  }

  /** Writes `name`.png into the folder that TEST_SCREENSHOTS names; without it, nothing. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env.TEST_SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  /** Closes it, its cookies and its storage. */
  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** The page has its heading, and nothing is on its way any more. */
export async function untilShown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton, .sync-skeleton, [aria-busy="true"]'));
}
