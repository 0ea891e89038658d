import { appendFileSync, cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksShared, sharedPath, tempFolder } from '@clip-watch/test-support';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { createTestClient, solidItem, vectorOf } from '../testing/apollo-client.js';
import { startApolloProcess } from '../testing/apollo-process.js';
import { moveWeightsOut } from '../testing/external-model.js';
import { externalWeightsOf } from './external-weights.js';
import { PALETTE_DIR } from './model-choice.js';
import { openModelFolder } from './model-folder.js';

const VISION = 'onnx/vision_model.onnx';

/** The built-in model with its weights in a file of this name. */
function modelWith(location: string, named: string = location) {
  const folder = tempFolder();
  cpSync(PALETTE_DIR, folder.path, { recursive: true });
  if (location.includes('/')) mkdirSync(join(folder.path, 'onnx', location, '..'), { recursive: true });
  moveWeightsOut(join(folder.path, VISION), location, named);
  return folder;
}

const versionOf = async (folder: string): Promise<string> => (await openModelFolder(folder)).version;

describe('weights beside the model', () => {
  test.each(['anything.bin', 'vision_model.onnx_data', 'parts/weights'])('%s are part of the version', async (name) => {
    using model = modelWith(name);
    const before = await versionOf(model.path);
    expect(await versionOf(model.path)).toBe(before);
    appendFileSync(join(model.path, 'onnx', name), 'x');
    expect(await versionOf(model.path)).not.toBe(before);
  });

  test('are those that the model names, and no others', async () => {
    using model = modelWith('anything.bin');
    const before = await versionOf(model.path);
    writeFileSync(join(model.path, `${VISION}_data`), 'of another model');
    expect(await versionOf(model.path)).toBe(before);
    expect(await externalWeightsOf(join(model.path, VISION))).toEqual(['anything.bin']);
  });

  test('serve as those in the model do', { timeout: 120_000 }, async () => {
    using model = modelWith('anything.bin');
    await using apollo = await startApolloProcess({ args: ['--model-dir', model.path] });
    using client = createTestClient(apollo.address);
    expect(vectorOf(await client.image(solidItem(1, [200, 0, 0])))).toHaveLength(512);
  });

  test.each([
    ['/etc/hostname', 'outside of its folder'],
    ['../anything.bin', 'outside of its folder'],
    ['a/../../anything.bin', 'outside of its folder'],
    ['C:\\weights.bin', 'outside of its folder'],
    ['..\\weights.bin', 'outside of its folder'],
    ['', 'names none'],
  ])('are refused as %j', async (named, words) => {
    using model = modelWith('anything.bin', named);
    await expect(versionOf(model.path)).rejects.toMatchObject({
      code: 'MODEL_BROKEN',
      message: expect.stringContaining(words),
    });
  });

  test('are read through a link, as a hub keeps them in its cache', async () => {
    using model = modelWith('anything.bin');
    const before = await versionOf(model.path);
    using elsewhere = tempFolder();
    const path = join(model.path, 'onnx/anything.bin');
    cpSync(path, join(elsewhere.path, 'weights'));
    rmSync(path);
    symlinkSync(join(elsewhere.path, 'weights'), path);
    expect(await versionOf(model.path)).toBe(before);
    appendFileSync(join(elsewhere.path, 'weights'), 'x');
    expect(await versionOf(model.path)).not.toBe(before);
  });

  test('that are missing are named', async () => {
    using model = modelWith('anything.bin');
    rmSync(join(model.path, 'onnx/anything.bin'));
    await expect(versionOf(model.path)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('anything.bin'),
    });
  });
});

describe('a model without weights beside it', () => {
  test('has the version that it always had', async () => {
    expect(await versionOf(PALETTE_DIR)).toBe('sha256:d41d0f639a414273780d08326e6affd0');
  });

  test.skipIf(lacksShared('the version of a trained model'))('has it with trained weights too', async () => {
    const version = await versionOf(sharedPath('models/labelclip'));
    expect(version).toBe('sha256:edaede7db73ca0adcc0b906f427cad4e');
  });
});

/** A message's field that holds bytes. */
function field(number: number, content: Uint8Array): Uint8Array {
  return new protobuf.Writer()
    .uint32((number << 3) | 2)
    .bytes(content)
    .finish();
}

/** A tensor whose data lies in this file. */
function tensorAt(location: string): Uint8Array {
  const entry = Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from(location))]);
  return Buffer.concat([
    field(13, entry),
    new protobuf.Writer()
      .uint32(14 << 3)
      .int32(1)
      .finish(),
  ]);
}

describe('tensors', () => {
  const inGraph = (content: Uint8Array): Uint8Array => field(7, content);
  const inAttribute = (content: Uint8Array): Uint8Array => inGraph(field(1, field(5, content)));

  test.each([
    ['an initializer', inGraph(field(5, tensorAt('a')))],
    ['a sparse initializer', inGraph(field(15, field(1, tensorAt('a'))))],
    ['an attribute', inAttribute(field(5, tensorAt('a')))],
    ['a list of an attribute', inAttribute(field(10, tensorAt('a')))],
    ['a graph of an attribute', inAttribute(field(6, field(5, tensorAt('a'))))],
    ['a function', field(25, field(7, field(5, field(5, tensorAt('a')))))],
  ])('of %s are found', async (_, bytes) => {
    using folder = tempFolder();
    const file = join(folder.path, 'model.onnx');
    writeFileSync(file, bytes);
    expect(await externalWeightsOf(file)).toEqual(['a']);
  });

  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3)],
    ['of zeros', (bytes: Uint8Array) => Buffer.alloc(bytes.length)],
    [
      'nested without end',
      () =>
        Array.from({ length: 100 })
          .reduce<Uint8Array>((inner) => field(1, field(5, field(6, inner))), Buffer.alloc(1))
          .slice(),
    ],
  ])('of a model that is %s are an error', async (_, spoil) => {
    using folder = tempFolder();
    const file = join(folder.path, 'model.onnx');
    writeFileSync(file, field(7, spoil(field(5, tensorAt('a')))).subarray(0, -1));
    await expect(externalWeightsOf(file)).rejects.toMatchObject({ code: 'MODEL_BROKEN' });
  });

  test('are found without reading what lies between', async () => {
    using folder = tempFolder();
    const file = join(folder.path, 'model.onnx');
    const size = 1 << 30; // A hole: it takes no room on the disk.
    const head = new protobuf.Writer().uint32((5 << 3) | 2).uint32(size + 6);
    const rawData = new protobuf.Writer()
      .uint32((9 << 3) | 2)
      .uint32(size)
      .finish();
    const tensor = Buffer.concat([head.finish(), rawData]);
    const last = field(5, tensorAt('a'));
    const graph = new protobuf.Writer()
      .uint32((7 << 3) | 2)
      .uint32(tensor.length + size + last.length)
      .finish();
    writeFileSync(file, Buffer.concat([graph, tensor]));
    truncateSync(file, graph.length + tensor.length + size);
    appendFileSync(file, last);
    const before = process.memoryUsage.rss();
    expect(await externalWeightsOf(file)).toEqual(['a']);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 << 20);
  });
});
