import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('keyboard', () => {
  afterAll(closeBrowser);

  test('a search, a photo and its details need no mouse', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.waitForSelector('.tile');
    await page.keyboard.press('/');
    await page.keyboard.type('sunset');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("sunset")');
    await page.waitForSelector('.tile');
    await page.locator('.tile[tabindex="0"]').focus();
    const first = await page.evaluate(() => document.activeElement?.getAttribute('data-photo'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const moved = await page.evaluate(() => document.activeElement?.getAttribute('data-photo'));
    expect(moved).not.toBe(first);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.pswp__img[src*="images/${moved}/"]`);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.pswp', { state: 'detached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-photo'))).toBe(moved);
    expect(open.faults).toEqual([]);
  });

  test('the grid is one tab stop, and the focus can leave the screen and come back', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.waitForSelector('.tile');
    expect(await page.locator('.tile[tabindex="0"]').count()).toBe(1);
    await page.locator('.tile[tabindex="0"]').focus();
    for (let press = 0; press < 25; press += 1) await page.keyboard.press('ArrowDown');
    // On a busy machine the page is drawn a little after the last key.
    const top = (): Promise<number> => page.evaluate(() => document.activeElement?.getBoundingClientRect().top ?? -1);
    await expect.poll(async () => Math.abs((await top()) - 400), { timeout: 20_000 }).toBeLessThan(400);
    await page.keyboard.press('Home');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-photo')), { timeout: 20_000 })
      .toBe('400');
  });

  test('every control of every page has a name and can be reached with Tab', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    const { page } = open;
    for (const hash of ['#/failures', '#/progress', '#/libraries', '#/settings']) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.waitForSelector('main h1');
      const unnamed = await page
        .locator('main :is(button, a, input, select)')
        .evaluateAll(
          (controls) =>
            controls.filter(
              (control) =>
                control.matches('[tabindex="-1"]') ||
                !(control.textContent || control.id || control.getAttribute('aria-label')),
            ).length,
        );
      expect(unnamed).toBe(0);
    }
  });
});
