import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.js';
import type { MockState } from './mock/mock-api.js';
import { type MockServer, startMockServer } from './mock/mock-server.js';

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly server: MockServer;
  readonly state: MockState;
  /** Script errors and refusals of the content security policy so far. */
  readonly faults: readonly string[];
  /** Hosts other than the server's own that the page asked for. */
  readonly foreignHosts: readonly string[];
}

export interface OpenPageOptions {
  readonly hash?: string;
  readonly basePath?: string;
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
}

let shared: Promise<Browser> | undefined;

/** One browser for a test file; `closeBrowser` belongs into its `afterAll`. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

/** The built pages over a pretended server, in a fresh browser context. */
export async function openPage(state: MockState, options: OpenPageOptions = {}): Promise<OpenPage> {
  const server = await startMockServer(state, options.basePath === undefined ? {} : { basePath: options.basePath });
  const context = await (await sharedBrowser()).newContext({
    viewport: options.isPhone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    hasTouch: options.isPhone ?? false,
    colorScheme: options.isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const { faults, foreignHosts } = watchPage(page, server.url);
  await page.goto(`${server.url}${options.hash ?? ''}`);
  return {
    page,
    server,
    state,
    faults,
    foreignHosts,
    async [Symbol.asyncDispose]() {
      await context.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Collects what must not happen on any page. */
export function watchPage(page: Page, ownUrl: string): Pick<OpenPage, 'faults' | 'foreignHosts'> {
  const faults: string[] = [];
  const foreignHosts: string[] = [];
  const own = new URL(ownUrl).host;
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    const { host } = new URL(request.url());
    if (host !== own) foreignHosts.push(host);
  });
  return { faults, foreignHosts };
}
