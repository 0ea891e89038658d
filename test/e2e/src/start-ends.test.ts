import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HUNG_FOLDER, hungDisk, tempFolder } from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { MAIN, runCli } from './run-cli.js';
import { descendantsOf, isAlive } from './served.js';

const PATIENCE_MS = 120_000;
const folder = tempFolder();
const preload = hungDisk(folder.path);
const hung = join(folder.path, HUNG_FOLDER);
mkdirSync(hung);
afterAll(() => folder[Symbol.dispose]());

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}

// The process ends itself by force after nine seconds, and that is no exit code: 0 says that it was in time.
describe.skipIf(preload === undefined)('a server that is stopped while it starts', { timeout: PATIENCE_MS }, () => {
  test.each([
    ['asks a folder that never answers', [hung], { APOLLO_URL: 'disabled' }, 'folder-child'],
    [
      'waits for its encoder to read a model',
      [],
      { APOLLO_URL: 'embedded', CLIP_MODEL_DIR: hung },
      '--stop-with-parent',
    ],
  ])('and %s ends with 0 and leaves no child', async (_, paths, env, awaited) => {
    using data = tempFolder();
    using temp = tempFolder();
    const child = spawn(process.execPath, [MAIN, 'serve', ...paths], {
      env: {
        PATH: process.env.PATH,
        HOME: data.path,
        TMPDIR: temp.path,
        CLIP_WATCH_DATA_DIR: data.path,
        PORT: '0',
        LD_PRELOAD: preload,
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit');
    const isAsked = (): boolean => descendantsOf(child.pid ?? 0).some((pid) => commandLine(pid).includes(awaited));
    await expect.poll(isAsked, { timeout: PATIENCE_MS }).toBe(true);
    const children = descendantsOf(child.pid ?? 0);
    child.kill('SIGTERM');
    const [code, signal] = await ended;
    expect({ code, signal }, said).toEqual({ code: 0, signal: null });
    expect(said).toContain('clip-watch: stopping');
    await expect.poll(() => children.filter(isAlive), { timeout: PATIENCE_MS }).toEqual([]);
  });
});

/** Says when it is stopped, and puts a file in the place of the data folder: nothing can be made in it any more. */
const BREAKER = `
import { renameSync, writeFileSync } from 'node:fs';
export default {
  name: 'breaker',
  apiVersion: 1,
  configSchema: { parse: (config) => config },
  setup({ config }) {
    renameSync(config.data, config.moved);
    writeFileSync(config.data, '');
    return {
      health: () => ({ state: 'idle' }),
      stop: async () => writeFileSync(config.stopped, ''),
    };
  },
};
`;

test('a start that fails after the host was opened closes it, and says where and what to do', {
  timeout: PATIENCE_MS,
}, async () => {
  using place = tempFolder();
  const at = (name: string): string => join(place.path, name);
  mkdirSync(at('data/node_modules/breaker'), { recursive: true });
  const manifest = { name: 'breaker', type: 'module', exports: './index.js' };
  writeFileSync(at('data/node_modules/breaker/package.json'), JSON.stringify(manifest));
  writeFileSync(at('data/node_modules/breaker/index.js'), BREAKER);
  const config = { data: at('data'), moved: at('moved'), stopped: at('stopped') };
  writeFileSync(at('data/clip-watch.json'), JSON.stringify({ plugins: [{ package: 'breaker', config }] }));
  const env = { APOLLO_URL: 'disabled', PORT: '0' };
  const { code, stderr } = await runCli(['serve'], { dataDir: at('data'), cwd: place.path, env });
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(new RegExp(`^clip-watch: .*${at('data')}.*CLIP_WATCH_DATA_DIR`, 'm'));
  expect(existsSync(at('stopped'))).toBe(true);
});
