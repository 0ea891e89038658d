import type { DrainDeps } from '@clip-watch/watcher';
import { clipWatcherPlugin, drainOf, services } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

type Log = NonNullable<DrainDeps['log']>;

function recordingLog() {
  const lines: string[] = [];
  const take =
    (level: string) =>
    (_fields: object, message: string): void => {
      lines.push(`${level} ${message}`);
    };
  const log: Log = { debug: take('debug'), info: take('info'), warn: take('warn'), error: take('error') };
  return { lines, log };
}

test('a tick wakes the drain and returns at once; health and the drain show what it does', async () => {
  await using rig = await openDrainRig();
  let seen = (): void => {};
  const running = new Promise<void>((resolve) => {
    seen = resolve;
  });
  // No photo is through before somebody saw it run.
  const decodeHost = fakeDecoder(() => running.then(() => undefined));
  const given = new Map<string, unknown>([
    [services.backlog.name, rig.database.backlog],
    [services.decodeHost.name, decodeHost],
    [services.clipClient.name, rig.client],
  ]);
  const { log } = recordingLog();
  const instance = await clipWatcherPlugin.setup({
    config: { pageSize: 16 },
    log,
    signal: new AbortController().signal,
    service: (key) => given.get(key.name) as never, // the map holds what each key stands for
    libraries: () => rig.database.libraries.list(),
  });
  await addPhotos(rig, numbered(100));
  const [library] = rig.libraries;
  if (library === undefined) throw new Error('the rig made no library');
  expect(instance.tick?.(library, new AbortController().signal)).toBeUndefined();
  await until(() => instance.health().state === 'running');
  seen();
  await drainOf(instance)?.whenIdle();
  expect(instance.health()).toEqual({ state: 'idle' });
  expect((await rig.database.images.counters()).encoded).toBe(100);
  await instance.stop();
});

test('a pass speaks at its start and end, and of each photo only in debug', async () => {
  const { lines, log } = recordingLog();
  await using rig = await openDrainRig({ log });
  await addPhotos(rig, numbered(3));
  await rig.drain.drainOnce();
  expect(lines.filter((line) => line.startsWith('info'))).toEqual([
    'info clip_watch: encoding pass starts',
    'info clip_watch: encoding pass ends',
  ]);
  const encoded = lines.filter((line) => line.startsWith('debug'));
  expect(encoded).toHaveLength(3);
  expect(encoded[0]).toMatch(/^debug clip_watch: 2024\/00000\d\.jpg → dim=\d+ \(\d+ms, .+\)$/);
  expect(lines.filter((line) => /^(warn|error)/.test(line))).toEqual([]);
});

test('an outage is one warning, not one a photo', async () => {
  const { lines, log } = recordingLog();
  await using rig = await openDrainRig({ log, apollo: { delayMs: 2 } });
  await addPhotos(rig, numbered(200));
  rig.drain.wake();
  await until(() => rig.apollo.counters.items > 10);
  await rig.apollo.kill();
  await until(() => rig.drain.status().state === 'waiting');
  await rig.apollo.restart();
  await until(async () => (await rig.database.images.counters()).encoded === 200);
  expect(lines.filter((line) => line.startsWith('warn')).length).toBeLessThanOrEqual(2);
});
