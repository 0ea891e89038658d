import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

const hashOf = (url: string): string => new URL(url).hash;

describe.skipIf(!hasChromium())('viewer', () => {
  afterAll(closeBrowser);

  test('opens from the grid, walks with the arrow keys, and closes back to where it was', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.click('[data-photo="398"]');
    await page.waitForSelector('.pswp__img');
    await page.waitForSelector('.pswp--open');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => hashOf(page.url())).toBe('#/?photo=397');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.pswp', { state: 'detached' });
    await expect.poll(() => hashOf(page.url())).toMatch(/^(#\/)?$/);
    expect(open.faults).toEqual([]);
  });

  test('many quick steps end where they lead, and the address with them', async () => {
    await using open = await openPage(workingState(), { hash: '#/?photo=399' });
    const { page } = open;
    await page.waitForSelector('.pswp--open');
    for (let step = 0; step < 40; step += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(() => hashOf(page.url())).toBe('#/?photo=359');
    await page.waitForSelector('.pswp__item[aria-hidden="false"] .pswp__img[src*="images/359/"]');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => hashOf(page.url())).toBe('#/?photo=360');
  });

  test('the back button closes it', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.click('[data-photo="398"]');
    await page.waitForSelector('.pswp--open');
    await page.goBack();
    await page.waitForSelector('.pswp', { state: 'detached' });
    await page.waitForSelector('[data-photo="398"]');
  });

  test('a photo’s address opens that photo, even far down the timeline', async () => {
    await using open = await openPage(workingState(), { hash: '#/?photo=3' });
    await open.page.waitForSelector('.pswp__img[src*="images/3/"]');
    await open.page.keyboard.press('Escape');
    await expect.poll(() => hashOf(open.page.url())).toBe('#/');
  });

  test('a RAW file that states the size of its thumbnail is shown as large as its picture', async () => {
    const state = workingState();
    state.photos = state.photos.map((photo) => ({ ...photo, image: { ...photo.image, width: 16, height: 16 } }));
    await using open = await openPage(state, { hash: '#/?photo=399' });
    const picture = open.page.locator('.pswp__item[aria-hidden="false"] .pswp__img[src*="size=view"]');
    await expect.poll(async () => (await picture.boundingBox())?.width ?? 0).toBeGreaterThan(100);
  });

  test('shows the small preview where the photo itself is away', async () => {
    await using open = await openPage(workingState());
    await open.page.route('**/thumbnail?size=view', (route) => route.fulfill({ status: 422, json: {} }));
    await open.page.click('[data-photo="398"]');
    await open.page.waitForSelector('text=Only this small preview can be shown right now.');
    await open.page.waitForSelector('.viewer-error img[src*="size=grid"]');
  });

  test('code that does not come leads back to the photos, not to a screen that does nothing', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.waitForSelector('.tile');
    await page.route('**/photoswipe*.js', (route) => route.abort(), { times: 1 });
    await page.evaluate(() => document.body.setAttribute('data-before', ''));
    await page.click('[data-photo="398"]');
    await page.waitForSelector('body:not([data-before]) .tile', { timeout: 30_000 }); // loaded anew
    await page.click('[data-photo="398"]');
    await page.waitForSelector('.pswp--open .pswp__img');
  });

  test('shows what the camera wrote', async () => {
    await using open = await openPage(workingState(), { hash: '#/?photo=399' });
    await open.page.waitForSelector('.pswp--open');
    await open.page.keyboard.press('i');
    const panel = open.page.locator('.panel');
    await panel.waitFor();
    const text = await panel.textContent();
    expect(text).toContain('1/250 s · ƒ/2.8');
    expect(text).toContain('52.52001, 13.40495');
    expect(text).toContain('Found by search');
    await panel.getByRole('button', { name: 'Why?' }).click();
    await open.page.waitForSelector('text=is found by search');
  });

  test('leads to its day and to its camera’s photos', async () => {
    await using open = await openPage(workingState(), { hash: '#/?q=dog&photo=398' });
    const { page } = open;
    for (const [title, address] of [
      ['Show this day in the timeline', /^#\/\?before=\d{4}-\d\d-\d\d$/],
      ['All photos of this camera', /^#\/\?camera=./],
    ] as const) {
      await page.waitForSelector('.pswp--open');
      if (!(await page.locator('.panel').isVisible())) await page.keyboard.press('i');
      await page.locator('.panel').getByTitle(title).click();
      await page.waitForSelector('.pswp', { state: 'detached' });
      await page.waitForSelector('.tile[data-photo="398"]');
      expect(hashOf(page.url())).toMatch(address);
      await page.goBack();
    }
    expect(open.faults).toEqual([]);
  });

  test('leads to more like it', async () => {
    await using open = await openPage(workingState(), { hash: '#/?photo=399' });
    await open.page.waitForSelector('.pswp--open');
    await open.page.keyboard.press('m');
    await open.page.waitForSelector('h1:has-text("Photos like this one")');
    await open.page.waitForSelector('.tile');
    expect(open.state.requests.findLast(({ path }) => path === 'search')?.body).toMatchObject({ imageId: 399 });
    await open.page.goBack();
    await open.page.waitForSelector('.pswp__img[src*="images/399/"]');
    expect(open.faults).toEqual([]);
  });

  test('leads to more like a part of it, with the pointer and with the keyboard', async () => {
    await using open = await openPage(workingState(), { hash: '#/?photo=399' });
    const { page, state } = open;
    await page.waitForSelector('.pswp--open .pswp__img');
    await page.getByRole('button', { name: 'Search a part' }).click();
    await page.locator('.crop-field').waitFor();
    const field = await page.locator('.crop-field').boundingBox();
    if (!field) throw new Error('no field to draw in');
    await page.mouse.move(field.x + field.width * 0.1, field.y + field.height * 0.1);
    await page.mouse.down();
    await page.mouse.move(field.x + field.width * 0.6, field.y + field.height * 0.4, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Search this part' }).click();
    await page.waitForSelector('h1:has-text("Photos like this part")');
    await page.waitForSelector('.tile');
    const body = state.requests.findLast(({ path }) => path === 'search')?.body as {
      crop: { x: number; width: number; height: number };
    };
    expect(body.crop.x).toBeCloseTo(0.14, 1);
    expect(body.crop.width).toBeCloseTo(0.5, 1);
    expect(body.crop.height).toBeCloseTo(0.3, 1);
    expect(open.faults).toEqual([]);
  });
});
