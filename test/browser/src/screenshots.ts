/**
 * Takes the pictures of docs/images: `node test/browser/dist/screenshots.js FOLDER [URL]`.
 * The pages are the built ones, the data is pretended, so that every state can be shown. With the address of a running
 * server, only the pictures that show real photos are taken, from that one.
 */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.js';
import type { MockState } from './mock/mock-api.js';
import { startMockServer } from './mock/mock-server.js';
import { firstStartState, workingState } from './mock/mock-state.js';

interface Shot {
  readonly name: string;
  readonly hash: string;
  /** Shows photos: better taken from a real server. */
  readonly isOfPhotos?: boolean;
  readonly state?: () => MockState;
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
  readonly before?: (page: Page) => Promise<unknown>;
}

const openFirst = async (page: Page): Promise<void> => {
  await page.locator('.tile').first().click();
  await page.waitForSelector('.pswp__img');
  await page.waitForTimeout(900);
  await page.keyboard.press('i');
  await page.waitForTimeout(1500);
};

function withStatus(change: Readonly<Record<string, unknown>>): () => MockState {
  return () => {
    const state = workingState();
    Object.assign(state.status, change);
    return state;
  };
}

const locked = (): MockState => ({ ...workingState(), token: 'secret' });

const SHOTS: readonly Shot[] = [
  { name: 'first-start', hash: '#/', state: firstStartState },
  { name: 'timeline', hash: '#/', isOfPhotos: true },
  { name: 'timeline-dark', hash: '#/', isOfPhotos: true, isDark: true },
  { name: 'timeline-phone', hash: '#/', isOfPhotos: true, isPhone: true },
  {
    name: 'timeline-dates',
    hash: '#/',
    isOfPhotos: true,
    before: (page) => page.getByRole('button', { name: 'Go to date' }).click(),
  },
  { name: 'search', hash: '#/?q=flower', isOfPhotos: true },
  {
    name: 'search-away',
    hash: '#/?q=dog',
    state: () => ({
      ...withStatus({ state: 'offline', reason: 'gpu-box:50051 does not answer; tried again every 30 s.' })(),
      wordsStatus: 503,
    }),
  },
  { name: 'viewer', hash: '#/?q=bird', isOfPhotos: true, before: openFirst },
  { name: 'viewer-phone', hash: '#/?q=mountain', isOfPhotos: true, isPhone: true, before: openFirst },
  { name: 'progress', hash: '#/progress' },
  { name: 'progress-dark', hash: '#/progress', isDark: true },
  { name: 'progress-phone', hash: '#/progress', isPhone: true },
  { name: 'failures', hash: '#/failures', before: (page) => page.click('button[aria-label^="Explain"]') },
  { name: 'failures-phone', hash: '#/failures', isPhone: true },
  { name: 'libraries', hash: '#/libraries' },
  { name: 'settings', hash: '#/settings' },
  { name: 'login', hash: '#/', state: locked },
];

async function takeShot(browser: Browser, shot: Shot, url: string): Promise<void> {
  const viewport = shot.isPhone ? { width: 390, height: 844 } : { width: 1360, height: 850 };
  const page = await browser.newPage({ viewport, colorScheme: shot.isDark ? 'dark' : 'light' });
  page.on('pageerror', (error) => process.stderr.write(`${shot.name}: ${error.message}\n`));
  await page.goto(`${url}${shot.hash}`);
  await page.waitForTimeout(2500);
  await shot.before?.(page);
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}/${shot.name}.png` });
  await page.close();
}

async function takePretended(browser: Browser, shot: Shot): Promise<void> {
  await using server = await startMockServer((shot.state ?? workingState)());
  await takeShot(browser, shot, server.url);
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../../../docs/images', import.meta.url));
const realUrl = process.argv[3];
const browser = await launchBrowser();
try {
  for (const shot of SHOTS) {
    if (realUrl === undefined) await takePretended(browser, shot);
    else if (shot.isOfPhotos) await takeShot(browser, shot, realUrl);
  }
} finally {
  await browser.close();
}
