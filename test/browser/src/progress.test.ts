import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('progress', () => {
  afterAll(closeBrowser);

  test('says how far it is, how fast, and how long as a range', async () => {
    await using open = await openPage(workingState(), { hash: '#/progress' });
    await open.page.waitForSelector('text=2 to 3 min left');
    const text = await open.page.locator('.headline').textContent();
    expect(text).toContain('43,112 of 48,110 photos');
    expect(text).toContain('38 photos a second');
    expect(await open.page.getByRole('progressbar').first().getAttribute('aria-valuenow')).toBe('89.6');
  });

  test('begins at its top, however far down the photos were', async () => {
    await using open = await openPage(workingState());
    const { page } = open;
    await page.setViewportSize({ width: 1280, height: 300 });
    await page.waitForSelector('.tile');
    await page.evaluate(() => window.scrollTo(0, 2000));
    await page.getByRole('link', { name: /Progress/ }).click();
    await page.waitForSelector('.headline');
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0);
  });

  test('pauses and resumes', async () => {
    await using open = await openPage(workingState(), { hash: '#/progress' });
    await open.page.getByRole('button', { name: 'Pause' }).click();
    await open.page.waitForSelector('text=Work goes on where it stopped');
    await open.page.getByRole('button', { name: 'Resume' }).click();
    await open.page.waitForSelector('text=Making photos searchable');
    expect(open.state.requests.map(({ path }) => path)).toEqual(expect.arrayContaining(['clip/pause', 'clip/resume']));
  });

  test('shows a change of models, and lets it go over or takes it back', async () => {
    const state = workingState();
    const models = { from: { name: 'first', version: '1' }, to: { name: 'second', version: '2' } };
    const far = { done: 300, total: 400, coverage: 0.75, notFound: 12, etaSeconds: { low: 120, high: 190 } };
    Object.assign(state.status, { change: { state: 'encoding', ...models, ...far } });
    await using open = await openPage(state, { hash: '#/progress' });
    await open.page.getByRole('heading', { name: 'Changing to the model second' }).waitFor();
    await open.page.waitForSelector('text=Searches stay in first until every photo is ready.');
    await open.page.waitForSelector('text=12 photos are not found before that.');
    await open.page.getByRole('button', { name: 'Take the change back' }).click();
    await expect.poll(() => open.state.requests.map(({ path }) => path)).toContain('clip/model/rollback');
    await open.page.getByRole('heading', { name: 'Changing to the model second' }).waitFor({ state: 'detached' });
  });

  test('changes the concurrency', async () => {
    await using open = await openPage(workingState(), { hash: '#/progress' });
    await open.page.getByLabel('Photos at work').fill('12');
    await open.page.getByRole('button', { name: 'Save' }).click();
    await open.page.waitForSelector('text=Saved.');
    expect(open.state.requests.find(({ method }) => method === 'PATCH')?.body).toEqual({ concurrency: 12 });
  });

  test('sets quiet hours and takes them away', async () => {
    await using open = await openPage(workingState(), { hash: '#/settings' });
    await open.page.getByLabel('Rest from').fill('22:00');
    await open.page.getByLabel('until').fill('07:00');
    await open.page.locator('form:has-text("Rest from")').getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => open.state.settings.quietHours).toBe('22:00-07:00');
    await open.page.reload();
    await expect.poll(() => open.page.getByLabel('Rest from').inputValue()).toBe('22:00');
    await open.page.getByRole('button', { name: 'No quiet hours' }).click();
    await expect.poll(() => open.state.settings.quietHours).toBeNull();
  });

  test('follows the server while it is looked at', async () => {
    await using open = await openPage(workingState(), { hash: '#/progress' });
    await open.page.waitForSelector('text=live');
    Object.assign(open.state.status, { encoded: 47_000, coverage: 0.977, pending: 1_098 });
    for (const push of open.state.listeners) push();
    await open.page.waitForSelector('text=47,000 of 48,110 photos');
  });

  test('asks again and again where a proxy holds the stream back', async () => {
    const state = workingState();
    state.isStreamHeldBack = true;
    await using open = await openPage(state, { hash: '#/progress' });
    await open.page.waitForSelector('text=updated every few seconds');
    Object.assign(state.status, { encoded: 47_000 });
    await open.page.waitForSelector('text=47,000 of 48,110 photos');
  });

  test('says so when the server is gone, and keeps what it knew', async () => {
    const open = await openPage(workingState(), { hash: '#/progress' });
    await open.page.waitForSelector('text=live');
    await open.server[Symbol.asyncDispose]();
    await open.page.waitForSelector('text=The server does not answer');
    expect(await open.page.locator('.headline').textContent()).toContain('43,112');
    await open.page.context().close();
  });

  test.each([
    ['offline', 'Waiting for the encoder'],
    ['misconfigured', 'Something needs your attention'],
    ['disabled', 'Encoding is switched off'],
    ['idle', 'All done, but for a few problems'],
  ])('the state %s has its words, and the server’s reason', async (state, words) => {
    const server = workingState();
    Object.assign(server.status, { state, reason: 'The encoder serves B, the photos are in A.', pending: 0 });
    await using open = await openPage(server, { hash: '#/progress' });
    await open.page.waitForSelector(`text=${words}`);
    await open.page.waitForSelector('text=The encoder serves B');
  });
});
