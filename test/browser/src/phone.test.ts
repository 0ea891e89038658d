import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { firstStartState, workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('phone', () => {
  afterAll(closeBrowser);

  test.each(['#/', '#/?q=dog', '#/progress', '#/failures', '#/libraries', '#/settings'])(
    '%s fits the screen, and every button is large enough for a finger',
    async (hash) => {
      const state = workingState();
      const first = state.libraries[0];
      state.libraries = [
        { ...first, name: 'A name without any blank: '.concat('x'.repeat(120)), rootPath: `/${'deep/'.repeat(40)}` },
      ];
      state.failures = state.failures.map((failure) => ({ ...failure, relPath: `${'long'.repeat(60)}.jpg` }));
      await using open = await openPage(state, { hash, isPhone: true });
      await open.page.waitForSelector('main h1, main .grid', { state: 'attached' });
      await open.page.waitForSelector(hash.startsWith('#/?') || hash === '#/' ? '.tile' : '.page');
      const width = await open.page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(390);
      const small = await open.page
        .locator('button:visible, nav a:visible')
        .evaluateAll((buttons) =>
          buttons
            .filter((button) => button.getBoundingClientRect().height < 38)
            .map((button) => button.outerHTML.slice(0, 120)),
        );
      expect(small).toEqual([]);
    },
  );

  test('a first start fits the screen', async () => {
    await using open = await openPage(firstStartState(), { isPhone: true });
    await open.page.waitForSelector('.first-start');
    expect(await open.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('a photo opens with a tap and a swipe leads to the next', async () => {
    await using open = await openPage(workingState(), { isPhone: true });
    const { page } = open;
    await page.locator('[data-photo="399"]').tap();
    await page.waitForSelector('.pswp--open .pswp__img[src*="images/399/"]');
    const client = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number): Promise<unknown> =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: 420 }] });
    await touch('touchStart', 340);
    for (const x of [300, 240, 160, 80, 30]) await touch('touchMove', x);
    await touch('touchEnd', 30);
    await expect.poll(() => new URL(page.url()).hash).toBe('#/?photo=398');
  });
});
