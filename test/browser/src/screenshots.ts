/**
 * Takes the pictures of docs/images: `node test/browser/dist/screenshots.js [FOLDER]`.
 * The pages are the built ones, the data is pretended, so that every state can be shown.
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
  readonly state?: () => MockState;
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
  readonly before?: (page: Page) => Promise<unknown>;
}

const openInfo = async (page: Page): Promise<void> => {
  await page.waitForSelector('.pswp__img');
  await page.waitForTimeout(600);
  await page.keyboard.press('i');
};

function withStatus(change: Readonly<Record<string, unknown>>): () => MockState {
  return () => {
    const state = workingState();
    Object.assign(state.status, change);
    return state;
  };
}

const locked = (): MockState => ({ ...workingState(), token: 'secret' });
const starter = { name: 'palette', version: '1', dimension: 32, starter: true };

const SHOTS: readonly Shot[] = [
  { name: 'first-start', hash: '#/', state: firstStartState },
  { name: 'timeline', hash: '#/' },
  { name: 'timeline-dark', hash: '#/', isDark: true },
  { name: 'timeline-phone', hash: '#/', isPhone: true },
  { name: 'search', hash: '#/?q=wide+green+landscape' },
  {
    name: 'search-filters',
    hash: '#/?q=landscape&not=people',
    before: (page) => page.click('button[aria-label="Filters"]'),
  },
  { name: 'search-starter', hash: '#/?q=red', state: withStatus({ model: starter }) },
  {
    name: 'search-away',
    hash: '#/?q=dog',
    state: () => ({
      ...withStatus({ state: 'offline', reason: 'gpu-box:50051 does not answer; tried again every 30 s.' })(),
      wordsStatus: 503,
    }),
  },
  { name: 'viewer', hash: '#/?photo=391', before: openInfo },
  { name: 'viewer-phone', hash: '#/?photo=391', isPhone: true, before: openInfo },
  { name: 'progress', hash: '#/progress' },
  { name: 'progress-dark', hash: '#/progress', isDark: true },
  { name: 'progress-phone', hash: '#/progress', isPhone: true },
  { name: 'failures', hash: '#/failures', before: (page) => page.click('button[aria-label^="Explain"]') },
  { name: 'failures-phone', hash: '#/failures', isPhone: true },
  { name: 'libraries', hash: '#/libraries' },
  { name: 'settings', hash: '#/settings' },
  { name: 'login', hash: '#/', state: locked },
];

async function takeShot(browser: Browser, shot: Shot, folder: string): Promise<void> {
  await using server = await startMockServer((shot.state ?? workingState)());
  const viewport = shot.isPhone ? { width: 390, height: 844 } : { width: 1360, height: 850 };
  const page = await browser.newPage({ viewport, colorScheme: shot.isDark ? 'dark' : 'light', deviceScaleFactor: 1 });
  page.on('console', (message) => {
    if (message.type() === 'error') process.stderr.write(`${shot.name}: ${message.text()}\n`);
  });
  page.on('pageerror', (error) => process.stderr.write(`${shot.name}: ${error.message}\n`));
  await page.goto(`${server.url}${shot.hash}`);
  await page.waitForTimeout(1200);
  await shot.before?.(page);
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}/${shot.name}.png` });
  await page.close();
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../../../docs/images', import.meta.url));
const only = process.argv[3];
const browser = await launchBrowser();
try {
  for (const shot of SHOTS) if (only === undefined || shot.name.startsWith(only)) await takeShot(browser, shot, folder);
} finally {
  await browser.close();
}
