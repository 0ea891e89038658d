import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { markupPayloads } from './markup-payloads.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

const ASSETS = fileURLToPath(new URL('../../../apps/server/dist/web/assets', import.meta.url));

describe('the built pages', () => {
  test('hold at most 150 kB of script, compressed, everything together', () => {
    const scripts = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
    const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(ASSETS, name))).length, 0);
    expect(scripts.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(150_000);
  });

  test('hold no inline script or style', () => {
    const html = readFileSync(join(ASSETS, '../index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/<style|style=|\bon\w+=/);
  });
});

describe.skipIf(!hasChromium())('safety', () => {
  afterAll(closeBrowser);

  test('300 payloads of markup in names, EXIF, messages and libraries run nowhere', { timeout: 120_000 }, async () => {
    const payloads = markupPayloads(300);
    expect(new Set(payloads).size).toBe(300);
    const state = workingState(300);
    const payload = (index: number): string => payloads[index % payloads.length] ?? '';
    state.photos = state.photos.map((photo, index) => ({
      ...photo,
      image: { ...photo.image, relPath: payload(index), camera: payload(index), lens: payload(index + 1) },
    }));
    state.failures = payloads.map((text, index) => ({
      ...state.failures[0],
      id: index + 1,
      relPath: text,
      message: text,
      reason: text.slice(0, 60),
      remedy: text,
    }));
    state.libraries = payloads.slice(0, 60).map((text, id) => ({
      ...state.libraries[0],
      id: id + 1,
      name: text,
      rootPath: text,
      stateReason: text,
      excludedDirs: [text],
    }));
    Object.assign(state.status, {
      state: 'misconfigured',
      reason: payload(3),
      libraries: state.libraries.map((library) => ({ ...library, ...(library.counts as object), state: 'offline' })),
    });
    await using open = await openPage(state);
    const { page } = open;
    await page.exposeFunction('executed', () => ran.push(page.url()));
    const ran: string[] = [];
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => ran.push('dialog')));
    for (const hash of [
      '#/',
      `#/?q=${encodeURIComponent(payload(0))}`,
      `#/?camera=${encodeURIComponent(payload(1))}`,
      '#/failures',
      '#/libraries',
      '#/progress',
      '#/settings',
    ]) {
      await page.goto(`${open.server.url}${hash}`);
      await page.reload();
      await page.waitForSelector('main > *');
      await page.waitForTimeout(300);
    }
    await page.click('button[aria-label="Filters"]');
    await page.waitForFunction(() => document.querySelectorAll('.filters option').length >= 300);
    for (let cursor = 0; (await page.getByRole('button', { name: 'Show more' }).count()) > 0 && cursor < 4; cursor += 1)
      await page.getByRole('button', { name: 'Show more' }).click();
    await page.goto(`${open.server.url}#/?photo=300`);
    await page.reload();
    await page.waitForSelector('.pswp--open');
    await page.keyboard.press('i');
    await page.waitForSelector('.panel');
    for (let step = 0; step < 299; step += 1) await page.keyboard.press('ArrowRight');
    expect(ran).toEqual([]);
    expect(
      await page.evaluate(
        () => document.querySelectorAll('main script, main iframe, main object, .panel img, .panel script').length,
      ),
    ).toBe(0);
    expect(open.faults).toEqual([]);
    expect(open.foreignHosts).toEqual([]);
  });

  test('no page asks any other machine for anything, and the strictest policy is enough', async () => {
    await using open = await openPage(workingState());
    for (const hash of ['#/', '#/?q=dog', '#/?photo=399', '#/progress', '#/failures', '#/libraries', '#/settings']) {
      await open.page.goto(`${open.server.url}${hash}`);
      await open.page.waitForTimeout(300);
    }
    expect(open.foreignHosts).toEqual([]);
    expect(open.faults).toEqual([]);
  });

  test('everything works below a base path', async () => {
    await using open = await openPage(workingState(), { basePath: '/photos/clip/', hash: '#/?q=dog' });
    await open.page.waitForSelector('.tile-shown');
    await open.page.locator('.tile').first().click();
    await open.page.waitForSelector('.pswp--open .pswp__img');
    expect(open.faults).toEqual([]);
  });

  test('nothing moves while pictures come in', async () => {
    await using open = await openPage(workingState());
    await open.page.waitForSelector('.tile-shown');
    const shift = await open.page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => resolve(sum), 800);
        }),
    );
    expect(shift).toBeLessThan(0.02);
  });
});
