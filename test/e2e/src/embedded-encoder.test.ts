import { cpSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { descendantsOf, type Served, startServed } from './served.js';

const PATIENCE_MS = 120_000;
const MODEL = fileURLToPath(new URL('../../../apps/apollo/models/palette', import.meta.url));

/** The encoder's own process, not its sessions. */
function encoderOf({ pid }: Served): number | undefined {
  return descendantsOf(pid).find((id) => commandLine(id).includes('--stop-with-parent'));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}

async function searchStatus({ url }: Served): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  // A new word each time: those that were asked before are remembered.
  const body = JSON.stringify({ text: `red ${Math.random()}` });
  return (await fetch(`${url}/api/search`, { method: 'POST', headers, body })).status;
}

/** The pauses that the log tells of, in its order. */
function pauses(server: Served): readonly number[] {
  return [...server.log().matchAll(/"delayMs":(\d+),"msg":"the embedded encoder ended/g)].map(([, ms]) => Number(ms));
}

test.skipIf(process.platform !== 'linux')(
  'an encoder that is killed comes back, at once at first and more slowly while it cannot start',
  async () => {
    using folder = tempFolder();
    const model = join(folder.path, 'model');
    cpSync(MODEL, model, { recursive: true });
    await using server = await startServed({ APOLLO_URL: 'embedded', CLIP_MODEL_DIR: model });
    await expect.poll(() => searchStatus(server), { timeout: PATIENCE_MS }).toBe(200);

    for (let kill = 1; kill <= 3; kill++) {
      const before = encoderOf(server)!;
      process.kill(before, 'SIGKILL');
      await expect.poll(() => pauses(server).length, { timeout: PATIENCE_MS }).toBe(kill);
      await expect.poll(() => encoderOf(server) ?? before, { timeout: PATIENCE_MS }).not.toBe(before);
      await expect.poll(() => searchStatus(server), { timeout: PATIENCE_MS }).toBe(200);
    }
    for (const pause of pauses(server)) expect(pause).toBeLessThanOrEqual(500);

    renameSync(model, `${model}-away`);
    process.kill(encoderOf(server)!, 'SIGKILL');
    await expect.poll(() => pauses(server).length, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(7);
    for (const [failures, pause] of pauses(server).slice(3, 7).entries())
      expect(pause).toBeLessThanOrEqual(500 * 2 ** failures);
    renameSync(`${model}-away`, model);
    await expect.poll(() => searchStatus(server), { timeout: PATIENCE_MS }).toBe(200);
    expect(server.errorLines()).toEqual([]);
  },
);

test.skipIf(process.platform !== 'linux')('an encoder that hangs is killed and replaced', async () => {
  await using server = await startServed({ APOLLO_URL: 'embedded' });
  await expect.poll(() => searchStatus(server), { timeout: PATIENCE_MS }).toBe(200);
  const hung = encoderOf(server)!;
  process.kill(hung, 'SIGSTOP');
  await expect.poll(() => encoderOf(server) ?? hung, { timeout: PATIENCE_MS }).not.toBe(hung);
  await expect.poll(() => searchStatus(server), { timeout: PATIENCE_MS }).toBe(200);
  expect(server.log()).toContain('it was silent');
});
