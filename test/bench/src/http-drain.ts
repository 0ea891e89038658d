// What other requests feel while a whole library is encoded: the server as it ships, its own starter model, and a client
// that asks for the status, the photos and their thumbnails, idle and in a full drain of one run.
//   node dist/http-drain.js [PHOTOS] [SECONDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiClipStatus, ApiImage, ApiPage } from '@clip-watch/server';
import sharp from 'sharp';

const photos = Number(process.argv[2] ?? 4_000);
const ms = Number(process.argv[3] ?? 40) * 1_000;
const SERVED = 100;
const PAUSE_MS = 10;
const MAIN = fileURLToPath(new URL('../../../apps/server/dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'http-drain-'));

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

/** Photos of equal pixels and different bytes: each is decoded and encoded. */
async function writePhotos(name: string, count: number): Promise<string> {
  const path = join(folder, name);
  mkdirSync(path);
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const picture = sharp({ create: { width: 1_600, height: 1_200, channels: 3, background: '#468', noise } });
  const jpeg = await picture.blur(3).jpeg({ quality: 85 }).toBuffer();
  for (let index = 0; index < count; index++)
    writeFileSync(join(path, `${index}.jpg`), Buffer.concat([jpeg, Buffer.from(`${name} ${index}`)]));
  return path;
}

interface Timed {
  readonly kind: string;
  readonly ms: number;
}

async function ask(url: string): Promise<Response> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer;
}

/** Requests in turns, one at a time, as a person's pages send them. */
async function askFor(base: string, lastsMs: number, ids: readonly number[]): Promise<Timed[]> {
  const times: Timed[] = [];
  const until = performance.now() + lastsMs;
  for (let turn = 0; performance.now() < until; turn++) {
    const targets = {
      status: 'api/clip/status',
      images: 'api/images?limit=100',
      thumbnail: `api/images/${ids[turn % ids.length]}/thumbnail`,
    };
    for (const [kind, path] of Object.entries(targets)) {
      const start = performance.now();
      await (await ask(`${base}${path}`)).arrayBuffer();
      times.push({ kind, ms: performance.now() - start });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return times;
}

function report(label: string, times: readonly Timed[]): number {
  const of = (kind: string): string => {
    const values = times.filter((time) => kind === 'all' || time.kind === kind).map((time) => time.ms);
    return `${kind} p50 ${quantile(values, 0.5).toFixed(1)} p99 ${quantile(values, 0.99).toFixed(1)} max ${Math.max(...values).toFixed(1)}`;
  };
  console.log(
    `${label}, ms of ${times.length} requests: ${['all', 'status', 'images', 'thumbnail'].map(of).join('; ')}`,
  );
  return quantile(
    times.map((time) => time.ms),
    0.99,
  );
}

const status = async (base: string): Promise<ApiClipStatus> =>
  (await (await ask(`${base}api/clip/status`)).json()) as ApiClipStatus; // What this route answers.

/** Of the server's own loop since the last time this was asked. */
async function loopLag(base: string): Promise<string> {
  const page = await (await ask(`${base}metrics`)).text();
  const ms = (name: string): string => {
    const seconds = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(page)?.[1];
    return (Number(seconds) * 1_000).toFixed(1);
  };
  return `event loop of the server: p99 ${ms('p99')} ms, max ${ms('max')} ms`;
}

async function untilAtRest(base: string, count: number): Promise<void> {
  for (;;) {
    const { encoded, state } = await status(base);
    if (encoded >= count && state === 'idle') return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const first = await writePhotos('first', SERVED);
const rest = await writePhotos('rest', photos);
const child = spawn(process.execPath, [MAIN, 'serve', first], {
  env: { PATH: process.env.PATH, HOME: folder, CLIP_WATCH_DATA_DIR: join(folder, 'data'), PORT: '0' },
  stdio: ['ignore', 'pipe', 'ignore'],
});
try {
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const base = /http\S+/.exec(line.toString())?.[0] ?? '';
  await untilAtRest(base, SERVED);
  const page = (await (await ask(`${base}api/images?limit=${SERVED}`)).json()) as ApiPage<ApiImage>; // As above.
  const ids = page.items.map(({ id }) => id);
  for (const id of ids) await (await ask(`${base}api/images/${id}/thumbnail`)).arrayBuffer();
  await loopLag(base);
  const idle = report('idle', await askFor(base, ms / 2, ids));

  console.log(await loopLag(base));

  const headers = { 'content-type': 'application/json' };
  const before = await status(base);
  await fetch(`${base}api/libraries`, { method: 'POST', headers, body: JSON.stringify({ rootPath: rest }) });
  const startedAt = performance.now();
  const drain = report('full drain', await askFor(base, ms, ids));
  console.log(await loopLag(base));
  const { encoded, pending } = await status(base);
  const perSecond = ((encoded - before.encoded) / (performance.now() - startedAt)) * 1_000;
  console.log(
    `encoded meanwhile: ${encoded - before.encoded}, ${perSecond.toFixed(1)} a second; still pending: ${pending}`,
  );
  console.log(
    `p99: ${drain.toFixed(1)} ms; the larger of 3 × idle and 50 ms is ${Math.max(3 * idle, 50).toFixed(1)} ms`,
  );
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
