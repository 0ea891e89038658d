import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { descendantsOf, type Served, startServed } from './served.js';

const PATIENCE_MS = 90_000;
const PATIENCE = { timeout: PATIENCE_MS };

function childOf({ pid }: Served, file: string): number | undefined {
  return descendantsOf(pid).find((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(file);
    } catch {
      return false; // It ended meanwhile.
    }
  });
}

async function librariesOf({ url }: Served) {
  const { items } = (await (await fetch(`${url}/api/libraries`)).json()) as {
    items: { state: string; counts: { photos: number } }[];
  };
  return items;
}

async function photosOf(server: Served): Promise<number[]> {
  return (await librariesOf(server)).map(({ counts }) => counts.photos);
}

async function statesOf(server: Served): Promise<string[]> {
  return (await librariesOf(server)).map(({ state }) => state);
}

const scansOf = (server: Served): number => server.log().match(/"msg":"scanned"/g)?.length ?? 0;

// A scan every hour: within a test, only events and the scan after a replacement find a new file.
describe.skipIf(process.platform !== 'linux')('the process that watches folders', () => {
  test.each([
    ['SIGKILL', 'it ended with SIGKILL'],
    ['SIGSTOP', 'it was silent: it is stopped by a signal'],
  ] as const)(
    'is replaced after %s, with the true reason, and misses nothing',
    { timeout: 180_000 },
    async (signal, cause) => {
      using one = tempFolder();
      using two = tempFolder();
      for (const { path } of [one, two]) await writeColour(join(path, 'a.jpg'), [200, 10, 10]);
      await using server = await startServed({ SCAN_INTERVAL_S: '3600' }, [one.path, two.path]);
      await expect.poll(() => photosOf(server), PATIENCE).toEqual([1, 1]);
      await expect.poll(() => childOf(server, 'watch-child'), PATIENCE).toBeDefined();
      const before = childOf(server, 'watch-child') ?? 0;
      const scans = scansOf(server);

      process.kill(before, signal);
      await writeColour(join(one.path, 'while-nobody-watches.jpg'), [10, 200, 10]);
      const startedAt = performance.now();
      await expect.poll(() => childOf(server, 'watch-child') ?? before, PATIENCE).not.toBe(before);
      process.stdout.write(`replaced ${Math.round(performance.now() - startedAt)} ms after ${signal}\n`);
      expect(server.log()).toContain(`"cause":"${cause}"`);
      await expect.poll(() => photosOf(server), PATIENCE).toEqual([2, 1]);
      await expect.poll(() => scansOf(server) - scans, PATIENCE).toBeGreaterThanOrEqual(2);

      // Events are hints, and a busy machine may lose one: new files come until each folder is seen to be watched again.
      let more = 0;
      const seen = async (): Promise<boolean> => {
        more += 1;
        for (const { path } of [one, two]) await writeColour(join(path, `afterwards-${more}.jpg`), [10, 10, more]);
        const [first = 0, second = 0] = await photosOf(server);
        return first > 2 && second > 1;
      };
      await expect.poll(seen, { ...PATIENCE, interval: 3_000 }).toBe(true);
      expect(server.errorLines()).toEqual([]);
    },
  );
});

test.skipIf(process.platform !== 'linux')(
  'a lister that is killed in the middle makes no library offline',
  { timeout: 180_000 },
  async () => {
    using folder = tempFolder();
    for (let n = 0; n < 3; n += 1) await writeColour(join(folder.path, `${n}/a.jpg`), [200, 10, n]);
    await using server = await startServed({ SCAN_INTERVAL_S: '3600' }, [folder.path]);
    await expect.poll(() => photosOf(server), PATIENCE).toEqual([3]);
    for (let kill = 0; kill < 5; kill += 1) {
      const before = scansOf(server);
      const scan = fetch(`${server.url}/api/libraries/1/scan`, { method: 'POST' });
      const lister = childOf(server, 'folder-child');
      if (lister !== undefined) process.kill(lister, 'SIGKILL');
      await scan;
      // One kill a scan: a question is asked once more, not twice.
      await expect
        .poll(async () => {
          await fetch(`${server.url}/api/libraries/1/scan`, { method: 'POST' });
          return scansOf(server);
        }, PATIENCE)
        .toBeGreaterThan(before);
    }
    await writeColour(join(folder.path, 'new.jpg'), [1, 2, 3]);
    await expect.poll(() => photosOf(server), PATIENCE).toEqual([4]);
    await expect.poll(() => statesOf(server), PATIENCE).toEqual(['online']);
  },
);
