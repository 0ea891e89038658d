import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('search', () => {
  afterAll(closeBrowser);

  test('words go into the address, and back leads to what was there before', async () => {
    await using open = await openPage(workingState());
    const { page, state } = open;
    await page.fill('input[type=search]', '  red car  ');
    await page.press('input[type=search]', 'Enter');
    await page.waitForSelector('h1:has-text("red car")');
    expect(new URL(page.url()).hash).toBe('#/?q=red+car');
    expect(state.requests.find(({ path }) => path === 'search')?.body).toMatchObject({ text: 'red car' });
    await page.goBack();
    await page.waitForSelector('.grid-heading');
    expect(await page.inputValue('input[type=search]')).toBe('');
    expect(open.faults).toEqual([]);
  });

  test('filters narrow a search and can be cleared', async () => {
    await using open = await openPage(workingState(), { hash: '#/?q=dog' });
    const { page, state } = open;
    await page.click('button[aria-label="Filters"]');
    await page.getByLabel('But not').fill('beach');
    await page.getByLabel('Camera').selectOption('Canon EOS R6');
    await page.getByLabel('Taken from').fill('2024-02-01');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect
      .poll(() => state.requests.findLast(({ path }) => path === 'search')?.body)
      .toMatchObject({
        text: 'dog',
        notText: 'beach',
        camera: 'Canon EOS R6',
        takenAfter: expect.any(Number),
      });
    await page.click('button[aria-label="Filters"]');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe('#/?q=dog');
  });

  test('the score of a match is there for those who look for it', async () => {
    await using open = await openPage(workingState(), { hash: '#/?q=dog' });
    const badge = open.page.locator('.tile-badge').first();
    await badge.waitFor();
    expect(await badge.textContent()).toMatch(/^0\.\d\d$/);
    expect(await badge.evaluate((element) => getComputedStyle(element).opacity)).toBe('0');
    await open.page.locator('.tile').first().hover();
    await expect.poll(() => badge.evaluate((element) => getComputedStyle(element).opacity)).toBe('1');
  });

  test('words that no photo fits say so, and the nearest are one click away', async () => {
    await using open = await openPage(workingState(), { hash: '#/?q=unrelated' });
    const { page, state } = open;
    await page.waitForSelector('text=Nothing looks like this');
    await page.getByRole('link', { name: 'Show the nearest anyway' }).click();
    await page.locator('.tile').first().waitFor();
    expect(state.requests.findLast(({ path }) => path === 'search')?.body).toMatchObject({ minScore: -1 });
    expect(new URL(page.url()).hash).toBe('#/?q=unrelated&weak=1');
  });

  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const PICTURE = { name: 'mine.png', mimeType: 'image/png', buffer: png };

  test('another picture of one’s own is another search, and back leads to the first', async () => {
    await using open = await openPage(workingState());
    const { page, state } = open;
    const uploads = (): number => state.requests.filter(({ path }) => path === 'search/image').length;
    await page.setInputFiles('input[type=file]', PICTURE);
    await page.waitForSelector('.tile');
    await page.waitForSelector('h1:has-text("Photos like your picture")');
    const first = page.url();
    await page.setInputFiles('input[type=file]', PICTURE);
    await expect.poll(uploads).toBe(2);
    expect(page.url()).not.toBe(first);
    await page.goBack();
    await expect.poll(() => page.url()).toBe(first);
    await page.waitForSelector('.tile');
    expect(uploads()).toBe(2);
  });

  test('a part of one’s own picture is searched with, and shown beside the title', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.setInputFiles('input[type=file]', PICTURE);
    await page.getByRole('button', { name: 'Search a part' }).click();
    const search = page.getByRole('button', { name: 'Search this part' });
    await search.waitFor();
    const asked = page.waitForRequest(/search\/image\?.*crop=/);
    await page.keyboard.press('Shift+ArrowLeft');
    await search.click();
    expect(new URL((await asked).url()).searchParams.get('crop')).toBe('0.2500,0.2500,0.4600,0.5000');
    await page.waitForSelector('h1:has-text("Photos like a part of your picture")');
    await page.waitForSelector('canvas.search-sample');
    expect(new URL(page.url()).hash).toContain('crop=0.25%2C0.25%2C0.46%2C0.5');
    expect(open.faults).toEqual([]);
  });

  test('a picture of the visitor’s own is sent and searched with', async () => {
    await using open = await openPage(workingState());
    const { page, state } = open;
    await page.setInputFiles('input[type=file]', PICTURE);
    await page.waitForSelector('h1:has-text("Photos like your picture")');
    await page.waitForSelector('.tile');
    expect(state.requests.filter(({ path }) => path === 'search/image')).toHaveLength(1);
    await page.reload();
    await page.waitForSelector('text=no longer in this tab');
    expect(open.faults).toEqual([]);
  });

  test('with every encoder away it says why, and what still works', async () => {
    const state = workingState();
    state.wordsStatus = 503;
    await using open = await openPage(state, { hash: '#/?q=dog' });
    await open.page.waitForSelector('text=Words cannot be searched right now');
    await open.page.waitForSelector('text=choose “More like this” instead');
    state.wordsStatus = 200;
    await open.page.getByRole('button', { name: 'Try again' }).click();
    await open.page.waitForSelector('.tile');
  });

  test('nothing found is said, not shown as an empty page', async () => {
    await using open = await openPage(workingState(), { hash: '#/?q=nothing' });
    await open.page.waitForSelector('text=Nothing matches');
  });

  test('a long timeline keeps few photos in the document, and every one can be reached', async () => {
    await using open = await openPage(workingState(3_000));
    const { page } = open;
    await page.waitForSelector('.tile');
    for (let round = 0; round < 60 && (await page.locator('.grid-end').count()) === 0; round += 1) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await page.waitForTimeout(100);
    }
    await page.waitForSelector('text=That is all: 3,000 photos.');
    expect(await page.locator('.tile').count()).toBeLessThan(120);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await page.waitForSelector('[data-photo="1"]');
  });
});
