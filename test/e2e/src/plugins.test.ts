import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** The blocks of the document in one language, in order. */
function blocksOf(document: string, language: string): string[] {
  const text = readFileSync(join(REPOSITORY, document), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] ?? '');
}

const MANIFEST = { type: 'module', exports: './index.js' };

/** What `npm install` makes of a plugin's folder. */
function installPlugin(dataDir: string, manifest: { readonly name: string }, source: string): void {
  const folder = join(dataDir, 'node_modules', manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'index.js'), source);
}

function installDoor(dataDir: string): void {
  mkdirSync(join(dataDir, 'node_modules/@clip-watch'), { recursive: true });
  symlinkSync(join(REPOSITORY, 'packages/plugin-api'), join(dataDir, 'node_modules/@clip-watch/plugin-api'));
}

async function scanOnce({ host }: TestServer, folder: string): Promise<number> {
  await writeColour(join(folder, 'red.jpg'), [200, 20, 20], 32);
  const { library } = await host.keeper.add({ rootPath: folder });
  await host.keeper.scan(library.id);
  return library.id;
}

const get = async ({ app }: TestServer, url: string): Promise<{ status: number; body: unknown }> => {
  const answer = await app.inject({ method: 'GET', url, headers: { host: 'localhost' } });
  return { status: answer.statusCode, body: answer.json() };
};

describe('the plugin of docs/plugins.md', () => {
  const [manifest, settings] = blocksOf('docs/plugins.md', 'json').map((block) => JSON.parse(block));
  const [source = ''] = blocksOf('docs/plugins.md', 'js');

  const installed = (dataDir: string, change: (settings: typeof manifest) => void = () => {}): void => {
    installDoor(dataDir);
    installPlugin(dataDir, manifest, source);
    const wanted = structuredClone(settings);
    change(wanted);
    writeFileSync(join(dataDir, 'clip-watch.json'), JSON.stringify(wanted));
  };

  test('is ticked by a scan and answers by its route, beside the watcher', async () => {
    using data = tempFolder();
    using photos = tempFolder();
    installed(data.path);
    await using server = await openServer({ dataDir: data.path });
    expect(await get(server, '/api/plugins/tick-counter/report')).toEqual({ status: 200, body: {} });
    const id = await scanOnce(server, photos.path);
    const report = await get(server, '/api/plugins/tick-counter/report');
    expect(report).toEqual({ status: 200, body: { [id]: expect.any(Number) } });
    expect((await get(server, '/api/plugins')).body).toMatchObject({
      items: [{ name: 'clip-watcher' }, { name: 'tick-counter', state: 'idle', reason: null }],
    });
  });

  test.each([
    [{ every: 0 }, 'every: is no whole number above 0'],
    [{ evry: 2 }, 'unknown key: evry'],
  ])('with %j it does not start, says why, and the server goes on', async (config, reason) => {
    using data = tempFolder();
    using photos = tempFolder();
    installed(data.path, ({ plugins }) => {
      plugins[0].config = config;
    });
    await using server = await openServer({ dataDir: data.path });
    const { body } = await get(server, '/api/plugins');
    expect(body).toMatchObject({ items: [{}, { name: 'tick-counter', state: 'failed' }] });
    expect(JSON.stringify(body)).toContain(reason);
    expect((await get(server, '/api/plugins/tick-counter/report')).status).toBe(404);
    expect(await scanOnce(server, photos.path)).toBeGreaterThan(0);
  });
});

const BUSY = 'const until = performance.now() + 80; while (performance.now() < until);';
const route = (path: string, handle: string): string =>
  `routes: [{ method: 'GET', path: '${path}', handle: ${handle} }]`;

/** Name, the wrong part of its instance, and how it is to be shown. */
const BROKEN: readonly (readonly [name: string, instance: string, state: string, reason: string | null])[] = [
  ['throws-in-tick', "tick() { throw new Error('boom'); }", 'failed', 'boom'],
  ['rejects-in-tick', "tick: async () => { throw new Error('later'); }", 'failed', 'later'],
  ['loops-in-tick', 'tick() { for (;;); }', 'failed', 'held up the whole server'],
  ['hangs-in-tick', 'tick: () => new Promise(() => {})', 'idle', null],
  ['slow-in-tick', `tick() { ${BUSY} }`, 'degraded', 'slow'],
  ['hangs-in-stop', 'stop: () => new Promise(() => {})', 'idle', null],
  ['throws-in-health', "health() { throw new Error('dizzy'); }", 'failed', 'dizzy'],
  ['throws-in-route', route('/x', "async () => { throw new Error('route'); }"), 'degraded', 'route'],
  ['route-of-wildcards', route('/*', 'async () => 1'), 'failed', 'GET /*'],
  ['no-instance', 'health: undefined', 'failed', 'no instance'],
];

function sourceOf(name: string, instance: string): string {
  const parts = `health: () => ({ state: 'idle' }), stop: async () => {}, ${instance}`;
  return `let count = 0;\nexport default { name: '${name}', apiVersion: 1, configSchema: { parse: (input) => input }, setup: () => ({ ${parts} }) };`;
}

test('broken plugins are shown, not obeyed: the scan ends, the good one is ticked, the server answers and closes', async () => {
  using data = tempFolder();
  using photos = tempFolder();
  const good = ['good', `tick() { count++; }, ${route('/ticks', 'async () => count')}`, 'idle', null] as const;
  for (const [name, instance] of [...BROKEN, good])
    installPlugin(data.path, { ...MANIFEST, name }, sourceOf(name, instance));
  const plugins = [...BROKEN, good].map(([name]) => ({ package: name }));
  writeFileSync(join(data.path, 'clip-watch.json'), JSON.stringify({ plugins }));
  await using server = await openServer({ dataDir: data.path });
  expect((await get(server, '/api/plugins/throws-in-route/x')).status).toBe(502);
  await scanOnce(server, photos.path);
  const shown = [...BROKEN, good].map(([name, , state, reason]) => ({
    name,
    state,
    reason: reason === null ? null : expect.stringContaining(reason),
  }));
  const list = async (): Promise<unknown> => (await get(server, '/api/plugins')).body;
  await expect.poll(list).toMatchObject({ items: [{ name: 'clip-watcher' }, ...shown] });
  expect(Number((await get(server, '/api/plugins/good/ticks')).body)).toBeGreaterThan(0);
  expect((await get(server, '/api/clip/status')).status).toBe(200);
});
