import { appendFileSync, cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { createTestClient, solidItem, vectorOf } from '../testing/apollo-client.js';
import { startApolloProcess } from '../testing/apollo-process.js';
import { PALETTE_DIR } from './model-choice.js';
import { openModelFolder } from './model-folder.js';

/** A copy of the built-in model that a test may change. */
function modelCopy(change: (folder: string) => void = () => {}) {
  const folder = tempFolder();
  cpSync(PALETTE_DIR, folder.path, { recursive: true });
  change(folder.path);
  return folder;
}
function editJson(file: string, changes: object): void {
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}

/** A field of a model that changes nothing else. */
const DOC_STRING = Buffer.from([0x32, 1, 0x61]);

describe('the version', () => {
  test('is that of the files, wherever they lie', async () => {
    using copy = modelCopy();
    expect((await openModelFolder(copy.path)).version).toBe((await openModelFolder(PALETTE_DIR)).version);
  });

  test.each<[string, (folder: string) => void]>([
    ['the image tower', (folder) => appendFileSync(join(folder, 'onnx/vision_model.onnx'), DOC_STRING)],
    ['the text tower', (folder) => appendFileSync(join(folder, 'onnx/text_model.onnx'), DOC_STRING)],
    ['the tokenizer', (folder) => appendFileSync(join(folder, 'tokenizer.json'), '\n')],
    ['the preprocessing', (folder) => editJson(join(folder, 'preprocessor_config.json'), { resample: 2 })],
    [
      'the precision',
      (folder) => renameSync(join(folder, 'onnx/vision_model.onnx'), join(folder, 'onnx/vision_model_quantized.onnx')),
    ],
  ])('changes with %s', async (_name, change) => {
    using copy = modelCopy(change);
    expect((await openModelFolder(copy.path)).version).not.toBe((await openModelFolder(PALETTE_DIR)).version);
  });

  test('does not change with what shapes no vector', async () => {
    using copy = modelCopy((folder) => writeFileSync(join(folder, 'README.md'), 'hello'));
    expect((await openModelFolder(copy.path)).version).toBe((await openModelFolder(PALETTE_DIR)).version);
  });
});

test.each([
  ['clip-watch/palette', 'palette'],
  ['somebody/palette', 'palette-folder'],
  ['openai/clip-vit-base-patch32', 'clip-vit-base-patch32'],
])(
  'a model that says it is %s goes by the name %s: the starter model alone gives way to others',
  async (said, name) => {
    using copy = modelCopy((folder) => editJson(join(folder, 'config.json'), { _name_or_path: said }));
    expect(await openModelFolder(copy.path)).toMatchObject({ name });
  },
);

describe('of several precisions', () => {
  const withInt8 = (folder: string): void =>
    cpSync(join(folder, 'onnx/vision_model.onnx'), join(folder, 'onnx/vision_model_quantized.onnx'));

  test('int8 is taken, or the one that is asked for', async () => {
    using copy = modelCopy(withInt8);
    expect((await openModelFolder(copy.path)).visionFile).toMatch(/vision_model_quantized\.onnx$/);
    expect((await openModelFolder(copy.path, { precision: 'fp32' })).visionFile).toMatch(/vision_model\.onnx$/);
  });

  test('one that is not there is told', async () => {
    await expect(openModelFolder(PALETTE_DIR, { precision: 'q4' })).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });
});

test('a folder of the SigLIP family is stretched, and its texts are padded', async () => {
  using copy = modelCopy((folder) => {
    editJson(join(folder, 'config.json'), { model_type: 'siglip', text_config: { max_position_embeddings: 64 } });
    editJson(join(folder, 'preprocessor_config.json'), {
      size: { height: 224, width: 224 },
      do_center_crop: null,
      crop_size: undefined,
    });
  });
  expect((await openModelFolder(copy.path)).text).toMatchObject({ padToMax: true, maxTokens: 64 });
  await using apollo = await startApolloProcess({ args: ['--model-dir', copy.path] });
  using client = createTestClient(apollo.address);
  expect((await client.info()).preprocessing).toMatchObject({ resize_mode: 'RESIZE_MODE_STRETCH', resize_size: 224 });
  const [text] = await client.texts(['red']);
  expect(text?.outcome).toBe('embedding');
  expect(vectorOf(await client.image(solidItem(1, [200, 0, 0])))).toHaveLength(512);
});
