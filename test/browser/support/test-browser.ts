import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import type { Scope } from '../../../src/auth/principal.ts';
import type { TestService } from '../../support/test-service.ts';
import { chromiumFiles } from './chromium.files.ts';
import { WatchedPage } from './watched.page.ts';

export interface PageOptions {
  /** Default: 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Default: light. */
  readonly colorScheme?: 'light' | 'dark';
  readonly cookies?: readonly { readonly name: string; readonly value: string; readonly url: string }[];
  /** More of playwright's options, for what is rarely needed (`reducedMotion`, `locale`, …). */
  readonly context?: BrowserContextOptions;
}

/** A real Chromium. Start one in beforeAll, close it in afterAll; each page has cookies and storage of its own. */
export class TestBrowser {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    const { executablePath, environment } = await chromiumFiles();
    return new TestBrowser(
      await chromium.launch({
        executablePath,
        env: { ...process.env, ...environment } as Record<string, string>,
        // Root may have no sandbox, and neither may containers. Nothing here weakens what a page may do.
        args: ['--no-sandbox', '--headless=shell', '--disable-gpu', '--no-zygote', '--font-render-hinting=none'],
      }),
    );
  }

  /** Goes to `url` and returns when it has loaded. */
  async openPage(url: string, options: PageOptions = {}): Promise<WatchedPage> {
    const watched = await this.emptyPage(options);
    await watched.page.goto(url);
    return watched;
  }

  /** Follows a new one-time link of an operator of `orgId` (null: of every organization), and is where that leads to. */
  async signedIn(
    service: TestService,
    orgId: string | null,
    scopes: readonly Scope[] = ['sync:write'],
    options: PageOptions = {},
  ): Promise<WatchedPage> {
    const userId = orgId === null ? null : 'operator-1';
    const token = await service.createKey({
      kind: 'link',
      orgId,
      name: 'browser test',
      userId,
      scopes,
      ttlSeconds: 300,
    });
    return this.followLink(`${service.url}/sign-in?token=${token}`, options);
  }

  /** Opens a one-time link, presses its button, and is where that leads to. */
  async followLink(url: string, options: PageOptions = {}): Promise<WatchedPage> {
    const watched = await this.openPage(url, options);
    await watched.page.getByRole('button', { name: 'Sign in' }).click();
    await watched.page.waitForURL((at) => at.pathname !== '/sign-in');
    return watched;
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  private async emptyPage({ viewport, colorScheme, cookies, context }: PageOptions): Promise<WatchedPage> {
    const own = await this.browser.newContext({
      viewport: viewport ?? { width: 1280, height: 800 },
      colorScheme: colorScheme ?? 'light',
      ...context,
    });
    if (cookies) await own.addCookies([...cookies]);
    return new WatchedPage(await own.newPage());
  }
}
