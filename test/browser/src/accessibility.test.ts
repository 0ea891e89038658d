import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { firstStartState, workingState } from './mock/mock-state.js';
import { closeBrowser, type OpenPageOptions, openPage } from './open-page.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Serious and critical faults, one line each. */
async function seriousFaults(page: Page): Promise<readonly string[]> {
  // The page's own policy would refuse an injected script tag; evaluating goes past it.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

describe.skipIf(!hasChromium())('axe-core finds no serious fault', () => {
  afterAll(closeBrowser);

  const pages: readonly [string, string, string][] = [
    ['timeline', '#/', '.tile'],
    ['search', '#/?q=dog', '.tile'],
    ['nothing found', '#/?q=nothing', '.empty'],
    ['progress', '#/progress', '.headline'],
    ['problems', '#/failures', '.failure'],
    ['libraries', '#/libraries', '.library'],
    ['settings', '#/settings', '.keys'],
    ['viewer', '#/?photo=399', '.pswp--open .pswp__img'],
  ];
  const looks: readonly [string, OpenPageOptions][] = [
    ['light', {}],
    ['dark', { isDark: true }],
    ['phone', { isPhone: true }],
  ];
  for (const [look, options] of looks)
    test.each(pages)(`${look}: %s`, async (_, hash, ready) => {
      await using open = await openPage(workingState(), { hash, ...options });
      await open.page.waitForSelector(ready);
      expect(await seriousFaults(open.page)).toEqual([]);
    });

  test.each([
    ['first start', firstStartState()],
    ['login', { ...workingState(), token: 'x' }],
  ])('%s', async (_, state) => {
    await using open = await openPage(state);
    await open.page.waitForSelector('form.form-first');
    expect(await seriousFaults(open.page)).toEqual([]);
  });

  test('the navigation keeps its names where there is only room for its drawings', async () => {
    await using open = await openPage(workingState());
    await open.page.setViewportSize({ width: 1000, height: 700 });
    for (const name of ['Photos', 'Progress', 'Problems', 'Libraries', 'Settings'])
      await open.page.getByRole('link', { name: new RegExp(`^${name}`) }).waitFor();
    await open.page.click('button[aria-label="Filters"]');
    await open.page.waitForSelector('.filters');
    expect(await seriousFaults(open.page)).toEqual([]);
  });

  test('the years and months of the timeline', async () => {
    await using open = await openPage(workingState());
    await open.page.getByRole('button', { name: 'Go to date' }).click();
    await open.page.waitForSelector('.jump-months');
    expect(await seriousFaults(open.page)).toEqual([]);
  });

  test('open filters, a form, a dialog and the details of a photo', async () => {
    await using open = await openPage(workingState(), { hash: '#/libraries' });
    const { page } = open;
    await page.click('button[aria-label="Filters"]');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('button', { name: 'Add a library' }).click();
    expect(await seriousFaults(page)).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(`${open.server.url}#/?photo=399`);
    await page.reload();
    await page.waitForSelector('.pswp--open');
    await page.keyboard.press('i');
    await page.waitForSelector('.panel');
    expect(await seriousFaults(page)).toEqual([]);
  });
});
