import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser.js';
import { firstStartState, workingState } from './mock/mock-state.js';
import { closeBrowser, openPage } from './open-page.js';

describe.skipIf(!hasChromium())('libraries', () => {
  afterAll(closeBrowser);

  test('a first start asks for one folder, and says what is wrong with a bad one', async () => {
    await using open = await openPage(firstStartState());
    await open.page.getByLabel('Folder on this server').fill(' /nowhere ');
    await open.page.getByRole('button', { name: 'Add this folder' }).click();
    await open.page.waitForSelector('text=/nowhere is not a folder on this server.');
    expect(open.state.requests.findLast(({ method }) => method === 'POST')?.body).toEqual({
      rootPath: '/nowhere',
      excludedDirs: [],
    });
  });

  test('excluded folders are changed one a line', async () => {
    await using open = await openPage(workingState(), { hash: '#/libraries' });
    await open.page.getByRole('button', { name: 'Change' }).click();
    await open.page.getByLabel('Excluded folders').fill('@eaDir\n\n/Private');
    await open.page.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => open.state.requests.find(({ method }) => method === 'PATCH')?.body)
      .toEqual({
        name: 'Family photos',
        excludedDirs: ['@eaDir', '/Private'],
      });
  });

  test('a scan can be asked for', async () => {
    await using open = await openPage(workingState(), { hash: '#/libraries' });
    await open.page.getByRole('button', { name: 'Scan now' }).click();
    await expect.poll(() => open.state.requests.some(({ path }) => path === 'libraries/1/scan')).toBe(true);
  });

  test('most of a library gone: away is said at once, deleted asks once more', async () => {
    const state = workingState();
    Object.assign(state.libraries[0]!, { question: 'most_gone', stateReason: 'Most of it is gone: 90 of 100 photos.' });
    await using open = await openPage(state, { hash: '#/libraries' });
    const { page } = open;
    const answers = () => open.state.requests.filter(({ path }) => path === 'libraries/1/gone').map(({ body }) => body);
    await page.waitForSelector('text=Most of it is gone: 90 of 100 photos.');
    await page.getByRole('button', { name: 'It was deleted' }).click();
    await page.waitForSelector('dialog');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(answers()).toEqual([]);
    await page.getByRole('button', { name: 'It is away' }).click();
    await expect.poll(answers).toEqual([{ answer: 'away' }]);
    await page.getByRole('button', { name: 'It is away' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'It was deleted' }).click();
    await page.getByRole('button', { name: 'They were deleted' }).click();
    await expect.poll(answers).toEqual([{ answer: 'away' }, { answer: 'deleted' }]);
  });

  test('another folder in its place is taken only after a question', async () => {
    const state = workingState();
    const stateReason = 'Another folder lies at /srv/photos/family now.';
    Object.assign(state.libraries[0]!, { question: 'other_root', state: 'offline', stateReason });
    await using open = await openPage(state, { hash: '#/libraries' });
    const { page } = open;
    await page.getByRole('button', { name: 'This folder is the library now' }).click();
    await page.getByRole('button', { name: 'Use this folder' }).click();
    await page.getByRole('button', { name: 'This folder is the library now' }).waitFor({ state: 'detached' });
    expect(open.state.requests.some(({ path }) => path === 'libraries/1/accept-root')).toBe(true);
  });

  test('removing asks first, and Escape is a no', async () => {
    await using open = await openPage(workingState(), { hash: '#/libraries' });
    const { page, state } = open;
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.waitForSelector('text=The files themselves are not touched.');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(state.requests.some(({ method }) => method === 'DELETE')).toBe(false);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove the library' }).click();
    await page.waitForSelector('text=No library yet');
  });

  test('a folder that is away is said on the front page', async () => {
    const state = workingState();
    state.status.libraries = [
      {
        ...state.libraries[0],
        state: 'offline',
        stateReason: 'not mounted',
        ...(state.libraries[0]?.counts as object),
      },
    ];
    await using open = await openPage(state);
    await open.page.waitForSelector('text=The folder of “Family photos” is away.');
  });

  test('the starter model says what it is and how to get CLIP, until hidden', async () => {
    const state = workingState();
    state.status.model = { name: 'palette', version: '1', dimension: 32, starter: true };
    await using open = await openPage(state);
    const { page } = open;
    await page.getByRole('link', { name: 'How to get CLIP' }).click();
    await page.waitForSelector('text=model pull');
    await page.goBack();
    await page.getByRole('button', { name: 'Hide this' }).click();
    await page.reload();
    await page.waitForSelector('.tile');
    expect(await page.locator('.notice').count()).toBe(0);
  });
});
