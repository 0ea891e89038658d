import { readFileSync, writeFileSync } from 'node:fs';
import { startMockApollo } from '@clip-watch/apollo-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClipClientOf } from './clip-client.js';
import { ClipClientError } from './errors.js';
import { type Collected, collect, describeOutcome, solidImages } from './testing/images.js';
import { MISBEHAVIOURS, type Misbehaviour } from './testing/misbehaviours.js';
import { SHORT_TIMING } from './testing/timing.js';
import type { ClipClient, EncodedOutcome, ImageToEncode } from './types.js';

const COUNT = 8;
const VICTIM = 3;
const IMAGES = solidImages(COUNT);
const DOCUMENT = new URL('../../../docs/wire.md', import.meta.url);

let good: ReadonlyMap<number, Float32Array>;

beforeAll(async () => {
  await using apollo = await startMockApollo();
  await using client = createClipClientOf({ addresses: [apollo.address] }, {});
  const { outcomes } = await collect(client.encodeImages(IMAGES));
  good = new Map(outcomes.map((outcome) => [outcome.imageId, (outcome as EncodedOutcome).embedding]));
});

interface Report {
  readonly victim: string;
  readonly others: ReadonlySet<string>;
  readonly ends: string | undefined;
}

/** Counts what was taken, so that an image without an outcome is seen. */
async function drive(client: ClipClient): Promise<Report & Collected> {
  const taken: number[] = [];
  const images = function* (): Generator<ImageToEncode> {
    for (const image of IMAGES) {
      taken.push(image.imageId);
      yield image;
    }
  };
  const { error, outcomes } = await collect(client.encodeImages(images()));
  expect(outcomes.map(({ imageId }) => imageId).sort(), 'one outcome for each image taken').toEqual(taken.sort());
  for (const outcome of outcomes)
    if (outcome.kind === 'encoded') expect(outcome.embedding).toEqual(good.get(outcome.imageId));
  const said = new Map(outcomes.map((outcome) => [outcome.imageId, describeOutcome(outcome)]));
  const others = IMAGES.filter(({ imageId }) => imageId !== VICTIM).map(
    ({ imageId }) => said.get(imageId) ?? 'not taken',
  );
  if (error !== undefined) expect(error).toBeInstanceOf(ClipClientError);
  return {
    victim: said.get(VICTIM) ?? 'not taken',
    others: new Set(others),
    ends: (error as ClipClientError | undefined)?.code,
    outcomes,
    error,
  };
}

/** As a drain would: waits for an encoder, and tries what is left once more. */
async function driveAgain(client: ClipClient): Promise<void> {
  for (let left = new Set(IMAGES.map(({ imageId }) => imageId)); left.size > 0; ) {
    await client.whenReady({ signal: AbortSignal.timeout(20_000) });
    const images = IMAGES.filter(({ imageId }) => left.has(imageId));
    const { outcomes } = await collect(client.encodeImages(images));
    left = new Set(
      [...left].filter((id) => !outcomes.some(({ imageId, kind }) => imageId === id && kind === 'encoded')),
    );
  }
}

async function meet({ client: options, start, ...row }: Misbehaviour): Promise<void> {
  await using apollo = await start();
  const addresses = [apollo.address];
  await using client = createClipClientOf({ addresses, itemTimeoutMs: 10_000, ...options }, { timing: SHORT_TIMING });
  const report = await drive(client);
  expect(row.victim, 'the victim').toContain(report.victim);
  expect([...row.others, 'not taken'], 'the others').toEqual(expect.arrayContaining([...report.others]));
  expect(row.ends, 'the end of the call').toContain(report.ends);
  if (row.again === 'all encoded') await driveAgain(client);
  else expect((await drive(client)).outcomes.filter(({ kind }) => kind !== 'transient')).toEqual([]);
}

describe('whatever Apollo does, no photo is lost, wrongly failed or given a bad vector', () => {
  test.concurrent.each(MISBEHAVIOURS.map((row) => [row.name, row] as const))('%s', async (_, row) => meet(row));
});

test('there are at least 30 of them, each under its own name', () => {
  expect(new Set(MISBEHAVIOURS.map(({ name }) => name)).size).toBe(MISBEHAVIOURS.length);
  expect(MISBEHAVIOURS.length).toBeGreaterThanOrEqual(30);
});

const START = '<!-- misbehaviours: made by packages/clip-client/src/misbehaviours.test.ts -->\n';
const END = '<!-- end of misbehaviours -->';

function documentTable(): string {
  const end = (code: string | undefined): string =>
    code === undefined ? 'the call goes on' : `the call ends as ${code}`;
  const rows = MISBEHAVIOURS.map(
    ({ again, ends, name, others, victim }) =>
      `| ${name} | ${victim.join(' or ')} | ${others.join(' or ')} | ${ends.map(end).join(' or ')} | ${again} |`,
  );
  const head =
    '| Apollo does | the image that meets it | its neighbours | the call | the next time |\n|---|---|---|---|---|\n';
  return `${head}${rows.join('\n')}\n`;
}

afterAll(() => {
  if (process.env.CLIP_WATCH_TEST_WRITE_DOCS !== '1') return;
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before = '', rest = ''] = text.split(START);
  writeFileSync(DOCUMENT, `${before}${START}${documentTable()}${END}${rest.split(END)[1] ?? ''}`);
});

test.skipIf(process.env.CLIP_WATCH_TEST_WRITE_DOCS === '1')('docs/wire.md says what these tests say', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  expect(text.split(START)[1]?.split(END)[0]).toBe(documentTable());
});
