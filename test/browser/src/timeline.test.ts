import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('timeline', () => {
  afterAll(closeBrowser);

  test('the filters of a search narrow it too, are shown, and can be taken away one by one', async () => {
    await using open = await openPage(workingState());
    const { page, state } = open;
    await page.waitForSelector('.tile');
    await page.click('button[aria-label="Filters"]');
    expect(await page.getByLabel('But not').isDisabled()).toBe(true);
    await page.getByLabel('Camera').selectOption('NIKON D3100');
    await page.getByLabel('Taken until').fill('2025-08-31');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForSelector('.chip:has-text("until 31 August 2025")');
    await page.waitForSelector('.grid-heading:has-text("August 2025")');
    expect(new URL(page.url()).hash).toBe('#/?camera=NIKON+D3100&before=2025-08-31');
    await page.getByRole('link', { name: 'Remove the filter NIKON D3100' }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe('#/?before=2025-08-31');
    await page.getByRole('link', { name: 'Remove the filter until 31 August 2025' }).click();
    await expect.poll(() => page.locator('.grid-heading').first().textContent()).toBe('September 2025');
    expect(state.requests.filter(({ path }) => path === 'search')).toEqual([]);
    expect(open.faults).toEqual([]);
  });

  test('filters that no photo fits say so, and lead back to all photos', async () => {
    await using open = await openPage(workingState(), { hash: '#/?camera=Box+Brownie' });
    const { page } = open;
    await page.waitForSelector('text=No photo fits these filters');
    await page.click('button[aria-label="Filters"]');
    expect(await page.getByLabel('Camera').inputValue()).toBe('Box Brownie');
    await page.locator('.empty').getByRole('link', { name: 'All photos' }).click();
    await page.waitForSelector('.tile');
  });

  test('it goes to a month by keyboard, and back', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.getByRole('button', { name: 'Go to date' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.jump-newest:focus');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    const month = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.grid-heading:has-text("${month}")`);
    await page.waitForSelector('.jump-panel', { state: 'detached' });
    expect(new URL(page.url()).hash).toMatch(/^#\/\?before=\d{4}-\d\d-(28|29|30|31)$/);
    await page.goBack();
    await expect.poll(() => page.locator('.grid-heading').first().textContent()).toBe('September 2025');
  });

  test('Escape closes the dates and the filters, and gives the focus back to their buttons', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    for (const name of ['Go to date', 'Filters']) {
      const button = page.getByRole('button', { name });
      await button.click();
      await page.waitForSelector(name === 'Filters' ? '.filters' : '.jump-newest:focus');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Escape');
      await page.waitForSelector('.filters, .jump-panel', { state: 'detached' });
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    }
  });

  test('after a look elsewhere, back leads to the same photos at the same place', async () => {
    await using open = await openPage(workingState(1_000));
    const { page, state } = open;
    await page.waitForSelector('.tile');
    for (let wheel = 0; wheel < 40; wheel += 1) {
      await page.mouse.wheel(0, 600);
      await page.waitForTimeout(30);
    }
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(5_000);
    await page.waitForTimeout(300);
    const place = await page.evaluate(() => window.scrollY);
    const asked = (): number => state.requests.filter(({ path }) => path === 'images').length;
    const before = asked();
    expect(before).toBeGreaterThan(1);
    await page.fill('input[type=search]', 'dog');
    await page.press('input[type=search]', 'Enter');
    await page.waitForSelector('h1:has-text("dog")');
    await page.waitForSelector('.tile');
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    await page.click('nav >> text=Progress');
    await page.waitForSelector('.headline');
    await page.goBack();
    await page.goBack();
    await page.waitForSelector('.grid-heading');
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(place);
    expect(asked()).toBe(before);
    await page.click('nav >> text=Settings');
    await page.click('nav >> text=Photos');
    await page.waitForSelector('.grid-heading');
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
  });

  test('a page of the list that holds nothing yet is no end', async () => {
    await using open = await openPage(workingState(), { hash: '#/progress' });
    const { page } = open;
    await page.waitForSelector('.headline');
    let isFirst = true;
    await page.route('**/api/images?*', async (route) => {
      const answer = { items: [], nextCursor: '0' };
      await (isFirst ? route.fulfill({ json: answer }) : route.continue());
      isFirst = false;
    });
    await page.click('nav >> text=Photos');
    await page.waitForSelector('.tile');
  });
});
