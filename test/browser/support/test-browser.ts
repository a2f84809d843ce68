import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import type { Scope } from '../../../src/auth/rights.ts';
import { cookieOf, followLink } from '../../support/send.ts';
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

/**
 * A real Chromium: one process for all files of a worker, which ends with the worker. Get it in beforeAll, close it in afterAll; each page
 * has cookies and storage of its own.
 */
export class TestBrowser {
  private readonly opened: BrowserContext[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    launched ??= launch();
    return new TestBrowser(await launched);
  }

  /** Goes to `url` and returns when it has loaded. */
  async openPage(url: string, options: PageOptions = {}): Promise<WatchedPage> {
    const watched = await this.emptyPage(options);
    await watched.page.goto(url);
    return watched;
  }

  /** Goes to `options.path` as an operator of `orgId` (null: of every organization) whom a one-time link has signed in. */
  async signedIn(
    service: TestService,
    orgId: string | null,
    scopes: readonly Scope[] = ['sync:write'],
    { path = '/', ...options }: PageOptions & { readonly path?: string } = {},
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
    const [name = '', value = ''] = cookieOf(await followLink(service, token)).split('=');
    const cookies = [{ name, value, url: service.url }, ...(options.cookies ?? [])];
    return this.openPage(path === 'about:blank' ? path : service.url + path, { ...options, cookies });
  }

  /** Opens a one-time link, presses its button, and is where that leads to. */
  async followLink(url: string, options: PageOptions = {}): Promise<WatchedPage> {
    const watched = await this.openPage(url, options);
    await watched.page.getByRole('button', { name: 'Sign in' }).click();
    await watched.page.waitForURL((at) => at.pathname !== '/sign-in');
    return watched;
  }

  /** Closes the pages that a test left open. */
  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((context) => context.close()));
  }

  private async emptyPage({ viewport, colorScheme, cookies, context }: PageOptions): Promise<WatchedPage> {
    const own = await this.browser.newContext({
      viewport: viewport ?? { width: 1280, height: 800 },
      colorScheme: colorScheme ?? 'light',
      ...context,
    });
    this.opened.push(own);
    if (cookies) await own.addCookies([...cookies]);
    return new WatchedPage(await own.newPage());
  }
}

let launched: Promise<Browser> | undefined;

async function launch(): Promise<Browser> {
  const { executablePath, environment } = await chromiumFiles();
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...environment } as Record<string, string>,
    // Root may have no sandbox, and neither may containers. Nothing here weakens what a page may do.
    args: ['--no-sandbox', '--headless=shell', '--disable-gpu', '--font-render-hinting=none'],
  });
}
