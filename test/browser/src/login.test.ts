import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('login', () => {
  afterAll(closeBrowser);

  test('a wrong token is told, the right one leads to the page that was asked for, and signing out closes it', async () => {
    const state = { ...workingState(), token: 'right' };
    await using open = await openPage(state, { hash: '#/progress' });
    const { page } = open;
    await page.waitForSelector('input:focus');
    await page.keyboard.type('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForSelector('text=That token is not right.');
    await page.getByLabel('Access token').fill(' right ');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Progress")');
    await page.click('nav >> text=Settings');
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(1);
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).not.toContain(
      'right',
    );
  });
});
