import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromPixels, paintPicture, picture, tempFolder } from '@clip-watch/test-support';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { markupPayloads } from './markup-payloads.js';
import { closeBrowser, sharedBrowser, watchPage } from './open-page.js';
import { startRealServer } from './real-server.js';

/** Each way to run as code once; the long run has each with each kind of code. */
const PAYLOADS = Number(process.env.CLIP_WATCH_TEST_PAYLOADS ?? 60);

const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [210, 30, 30],
  green: [20, 110, 40],
  blue: [30, 60, 200],
  yellow: [235, 215, 40],
};

/** One plain picture a colour, 900 × 600. */
async function makePhotos(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, rgb] of Object.entries(COLOURS)) {
    const data = Buffer.from(Uint8Array.from({ length: 900 * 600 * 3 }, (_, at) => rgb[at % 3] ?? 0));
    writeFileSync(join(folder, `${name}.jpg`), await picture({ width: 900, height: 600, data }, 'jpeg'));
  }
}

async function newPage(
  url: string,
): Promise<{ readonly page: Page; readonly faults: readonly string[]; readonly foreignHosts: readonly string[] }> {
  const context = await (await sharedBrowser()).newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return { page, ...watchPage(page, url) };
}

describe.skipIf(!hasChromium())('the real server', { timeout: 180_000 }, () => {
  afterAll(closeBrowser);

  test('from the first start over a search to a photo and more like it', async () => {
    using photos = tempFolder();
    await makePhotos(join(photos.path, 'colours'));
    await using server = await startRealServer();
    const { page, faults, foreignHosts } = await newPage(server.url);
    await page.goto(server.url);
    await page.getByLabel('Folder on this server').fill(join(photos.path, 'nowhere'));
    await page.getByRole('button', { name: 'Add this folder' }).click();
    await page.waitForSelector('.field-error');
    await page.getByLabel('Folder on this server').fill(join(photos.path, 'colours'));
    await page.getByRole('button', { name: 'Add this folder' }).click();
    await expect.poll(() => page.locator('.tile-shown').count(), { timeout: 60_000 }).toBe(4);

    await page.click('nav >> text=Progress');
    await page.waitForSelector('text=Everything is searchable');
    await page.fill('input[type=search]', 'red');
    await page.press('input[type=search]', 'Enter');
    await page.waitForSelector('.tile-shown');
    expect(await page.locator('.tile').first().getAttribute('aria-label')).toBe('Photo red.jpg');

    await page.locator('.tile').first().click();
    await page.waitForSelector('.pswp--open .pswp__img');
    await page.keyboard.press('i');
    await page.waitForSelector('.panel >> text=Found by search');
    expect(await page.locator('.panel').textContent()).toContain('900 × 600');
    await page.keyboard.press('m');
    await page.waitForSelector('h1:has-text("Photos like this one")');
    await page.waitForSelector('.tile-shown');
    expect(faults).toEqual([]);
    expect(foreignHosts).toEqual([]);
    await page.context().close();
  });

  test('a damaged photo is listed, explained and, once it is whole, found; pausing holds work back', async () => {
    using photos = tempFolder();
    await makePhotos(photos.path);
    const damaged = join(photos.path, 'damaged.jpg');
    const whole = await picture(paintPicture(640, 480, 3), 'jpeg');
    writeFileSync(damaged, whole);
    truncateSync(damaged, 3_000);
    await using server = await startRealServer({}, [photos.path]);
    const { page } = await newPage(server.url);
    await page.goto(`${server.url}#/failures`);
    await page.waitForSelector('.group, .empty');
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.waitForSelector('.group, .empty');
          return page.locator('.failure').count();
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(1);
    await page.getByRole('button', { name: 'Explain: damaged.jpg' }).click();
    await page.waitForSelector('.explanation');
    await page.getByRole('button', { name: 'Try again: damaged.jpg' }).click();
    await page.waitForSelector('text=In the queue again.');

    await page.click('nav >> text=Progress');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForSelector('.headline-paused');
    writeFileSync(damaged, whole);
    await page.click('nav >> text=Libraries');
    await page.getByRole('button', { name: 'Scan now' }).click();
    await page.click('nav >> text=Progress');
    await page.waitForSelector('.counts li:nth-child(2):has-text("1waiting")');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.waitForSelector('text=Everything is searchable');
    expect(await page.locator('.counts li').first().textContent()).toBe('5searchable');
    await page.context().close();
  });

  test('below a base path and behind a token: sign in, look, sign out', async () => {
    using photos = tempFolder();
    await makePhotos(photos.path);
    await using server = await startRealServer({ AUTH_TOKEN: 'open-sesame-open-sesame', BASE_PATH: '/my/photos' }, [
      photos.path,
    ]);
    const { page, faults } = await newPage(server.url);
    expect(new URL(server.url).pathname).toBe('/my/photos/');
    await page.goto(server.url);
    await page.getByLabel('Access token').fill('guess');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=That token is not right.');
    await page.getByLabel('Access token').fill('open-sesame-open-sesame');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.tile-shown');
    await page.click('nav >> text=Settings');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForSelector('text=Access token');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the link that the server printed signs in once, and its secret leaves the address', async () => {
    using photos = tempFolder();
    await makePhotos(photos.path);
    // With a proxy somewhere, nobody is let in for being the own user.
    const env = { TRUST_PROXY: '127.0.0.9', BASE_PATH: '/my/photos' };
    await using server = await startRealServer(env, [photos.path]);
    const linkOf = (): string => /(http\S+\?login#\S+)\n/.exec(server.log())?.[1] ?? '';
    await expect.poll(linkOf).not.toBe('');
    const link = linkOf();
    const first = await newPage(server.url);
    await first.page.goto(server.url);
    await first.page.waitForSelector('text=This server asks for its access token.');
    await first.page.goto(link); // In a tab where the page is open already.
    await first.page.waitForSelector('.tile-shown');
    expect(first.page.url()).toBe(server.url);
    await first.page.reload();
    await first.page.waitForSelector('.tile-shown');
    const second = await newPage(server.url);
    await second.page.goto(link);
    await second.page.waitForSelector('text=The link was used already');
    expect([...first.faults, ...second.faults]).toEqual([]);
    await first.page.context().close();
    await second.page.context().close();
  });

  test(`${PAYLOADS} photos whose names and EXIF hold markup run nothing`, async () => {
    using photos = tempFolder();
    const payloads = markupPayloads(PAYLOADS);
    const pixels = paintPicture(48, 32);
    for (const [index, payload] of payloads.entries()) {
      const exif = { IFD0: { Make: payload, Model: payload, ImageDescription: payload } };
      // A name cannot hold a slash or a zero byte, and no more than 255 bytes.
      const name = `${index} ${payload.replaceAll('/', '\u2215').replaceAll('\0', '').slice(0, 60)}.jpg`;
      writeFileSync(join(photos.path, name), await fromPixels(pixels).withExif(exif).jpeg().toBuffer());
    }
    await using server = await startRealServer({}, [photos.path]);
    const { page, faults, foreignHosts } = await newPage(server.url);
    const ran: string[] = [];
    await page.exposeFunction('executed', () => ran.push('executed'));
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => ran.push('dialog')));
    await page.goto(`${server.url}#/progress`);
    await page.waitForSelector(`text=${PAYLOADS} of ${PAYLOADS} photos`, { timeout: 120_000 });
    for (const hash of ['#/libraries', '#/failures', '#/?q=red', '#/']) {
      await page.goto(`${server.url}${hash}`);
      await page.waitForSelector('main > *');
    }
    await page.locator('.tile').first().click();
    await page.waitForSelector('.pswp--open');
    await page.keyboard.press('i');
    await page.waitForSelector('.panel');
    const cameras = new Set<string>();
    // The list grows while it is walked: a step at its end may have to be made again.
    for (let step = 0; step < 3_000 && cameras.size < PAYLOADS; step += 1) {
      cameras.add((await page.locator('.panel').textContent()) ?? '');
      await page.keyboard.press('ArrowRight');
    }
    expect(cameras.size).toBe(PAYLOADS);
    expect([...cameras].some((text) => text.includes('<script>executed()</script>'))).toBe(true);
    expect(ran).toEqual([]);
    expect(faults).toEqual([]);
    expect(foreignHosts).toEqual([]);
    await page.context().close();
  });
});
