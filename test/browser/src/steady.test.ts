import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { startMockServer } from './mock/mock-server.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

/** Loads the page again and adds up how much of it moved by itself. */
async function shiftOfReload(page: Page): Promise<number> {
  await page.addInitScript(() => {
    const sum = { shift: 0 };
    Object.assign(globalThis, { sum });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum.shift += (entry as unknown as { readonly value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.reload();
  await page.waitForSelector('.notice, .keys');
  await page.waitForSelector('.tile-shown, .keys');
  return page.evaluate(() => (globalThis as unknown as { readonly sum: { readonly shift: number } }).sum.shift);
}

describe.skipIf(!hasChromium())('pages stay where they are', () => {
  afterAll(closeBrowser);

  test.each([
    ['photos', '#/', false],
    ['photos on a phone', '#/', true],
    ['settings', '#/settings', false],
  ])('%s do not move when the status comes late', async (_, hash, isPhone) => {
    const state = workingState();
    Object.assign(state.status, { model: { name: 'palette', version: '1', dimension: 512, starter: true } });
    await using open = await openPage(state, { hash, isPhone });
    for (const late of ['**/api/clip/status', '**/api/events'])
      await open.page.route(late, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await route.continue();
      });
    expect(await shiftOfReload(open.page)).toBeLessThan(0.02);
  });

  test('what did not come while the server was away comes by itself when it is back', async () => {
    const state = workingState();
    await using open = await openPage(state, { hash: '#/progress' });
    const { page, server } = open;
    await page.waitForSelector('text=live');
    await server[Symbol.asyncDispose]();
    await page.waitForSelector('.lost');
    await page.click('nav >> text=Problems');
    await page.waitForSelector('text=this page tries again by itself');
    await using _again = await startMockServer(state, { port: Number(new URL(server.url).port) });
    await page.waitForSelector('.failure', { timeout: 30_000 });
  });

  test('a link to the page that is shown leads to its top', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.waitForSelector('.tile');
    await page.mouse.wheel(0, 900);
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(500);
    await page.click('nav >> text=Photos');
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0);
  });
});
