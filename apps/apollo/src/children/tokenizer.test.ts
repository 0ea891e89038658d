import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksShared, sharedPath } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { PALETTE_DIR } from '../model/model-choice.js';
import { cutTo, openTokenizer } from './tokenizer.js';

const filesOf = (folder: string) => ({
  tokenizerFile: join(folder, 'tokenizer.json'),
  tokenizerConfigFile: join(folder, 'tokenizer_config.json'),
});

test.each([
  { ids: [1, 2, 3], max: 3, end: 9, expected: [1, 2, 3] },
  { ids: [1, 2, 3, 9], max: 3, end: 9, expected: [1, 2, 9] },
  { ids: [1, 2, 3, 4], max: 3, end: undefined, expected: [1, 2, 3] },
])('cuts $ids to $max tokens with the end mark $end kept', ({ ids, max, end, expected }) => {
  expect(cutTo(ids, max, end)).toEqual(expected);
});

describe('the built-in tokenizer', () => {
  test('knows whole words in any case and calls the rest unknown', async () => {
    const tokenizer = await openTokenizer({ ...filesOf(PALETTE_DIR), maxTokens: 77, padToMax: false });
    const { ids } = tokenizer.encode('RED, zebra!');
    expect(ids).toEqual([2, expect.any(Number), 1, 1, 1, 3]);
    expect(ids[1]).toBeGreaterThan(3);
  });

  test.each(['', ' \n\t ', '😀🏳️‍🌈', 'שלום', 'مرحبا', '\u0000', 'x'.repeat(10_000), 'red '.repeat(10_000)])(
    'gives at least its marks and at most 77 tokens for text %#',
    async (text) => {
      const tokenizer = await openTokenizer({ ...filesOf(PALETTE_DIR), maxTokens: 77, padToMax: false });
      const { ids, mask } = tokenizer.encode(text);
      expect(ids.length).toBeGreaterThanOrEqual(2);
      expect(ids.length).toBeLessThanOrEqual(77);
      expect(ids.at(-1)).toBe(3);
      expect(mask).toEqual(ids.map(() => 1));
    },
  );

  test('pads to the full length where the model was trained so', async () => {
    const tokenizer = await openTokenizer({ ...filesOf(PALETTE_DIR), maxTokens: 16, padToMax: true });
    const { ids, mask } = tokenizer.encode('red');
    expect(ids).toEqual([2, expect.any(Number), 3, ...Array(13).fill(0)]);
    expect(mask).toEqual([1, 1, 1, ...Array(13).fill(0)]);
  });
});

test('says which file holds no tokenizer', async () => {
  const tokenizerFile = join(PALETTE_DIR, 'config.json');
  await expect(
    openTokenizer({ tokenizerFile, tokenizerConfigFile: tokenizerFile, maxTokens: 77, padToMax: false }),
  ).rejects.toThrow(`${tokenizerFile} holds no tokenizer`);
});

describe.skipIf(lacksShared("CLIP's own tokenizer"))("CLIP's byte-pair tokenizer", () => {
  const folder = sharedPath('models/labelclip');

  test('gives the tokens of the original for 25 texts', async () => {
    const golden: { text: string; ids: number[] }[] = JSON.parse(
      readFileSync(sharedPath('golden/tokenizer/clip.json'), 'utf8'),
    );
    expect(golden).toHaveLength(25);
    const tokenizer = await openTokenizer({ ...filesOf(folder), maxTokens: 1000, padToMax: false });
    for (const { text, ids } of golden) expect.soft(tokenizer.encode(text).ids, text).toEqual(ids);
  });

  test('cuts a text of 10,000 letters to 77 tokens that end with the end mark', async () => {
    const tokenizer = await openTokenizer({ ...filesOf(folder), maxTokens: 77, padToMax: false });
    const { ids } = tokenizer.encode('a long sentence '.repeat(625));
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([77, 49406, 49407]);
  });
});
