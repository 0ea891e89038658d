import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('problems', () => {
  afterAll(closeBrowser);

  const retryOf = (open: Awaited<ReturnType<typeof openPage>>): unknown =>
    open.state.requests.findLast(({ path }) => path === 'clip/failures/retry')?.body;

  test('are grouped by reason with what to do, and one group can be looked at', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    await open.page.waitForSelector('text=Files that end too early');
    await open.page.waitForSelector('text=Export it as JPEG beside the RAW file.');
    await open.page.click('text=RAW files without a usable preview');
    await expect.poll(() => new URL(open.page.url()).hash).toBe('#/failures?reason=no_preview');
    await expect.poll(() => open.page.locator('.failure').count()).toBe(3);
  });

  test('one is tried again', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    await open.page.getByRole('button', { name: 'Try again: IMG_4400.jpg' }).click();
    await open.page.waitForSelector('text=In the queue again.');
    expect(retryOf(open)).toEqual({ ids: [1] });
  });

  test('one that fails again is listed as before, and can be tried once more', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    const { page, state } = open;
    const failures = [...state.failures];
    await page.getByRole('button', { name: 'Try again: IMG_4400.jpg' }).click();
    await page.waitForSelector('text=In the queue again.');
    state.failures = failures.map((failure) => (failure.id === 1 ? { ...failure, attempts: 2 } : failure));
    Object.assign(state.status, { failed: failures.length });
    for (const push of state.listeners) push();
    await page.waitForSelector('.failure:has-text("IMG_4400.jpg"):has-text("tried 2 times")');
    await page.getByRole('button', { name: 'Try again: IMG_4400.jpg' }).waitFor();
  });

  test('a group is tried again', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    await open.page.getByRole('button', { name: 'Try these again: Files that end too early' }).click();
    await open.page.waitForSelector('text=Files that end too early', { state: 'detached' });
    expect(retryOf(open)).toEqual({ reason: 'truncated' });
  });

  test('all are tried again, and then there is nothing left to show', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    await open.page.getByRole('button', { name: 'Try all again' }).click();
    await open.page.waitForSelector('text=No problems');
    expect(retryOf(open)).toEqual({ all: true });
  });

  test('one is explained in the server’s words', async () => {
    await using open = await openPage(workingState(), { hash: '#/failures' });
    await open.page.getByRole('button', { name: 'Explain: IMG_4401.NEF' }).click();
    await open.page.waitForSelector('.explanation');
  });
});
