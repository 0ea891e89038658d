import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf } from '../errors.js';

export interface TextTokenizer {
  /** Token ids with the model's start and end marks, at most `maxTokens` of them. */
  encode(text: string): { readonly ids: readonly number[]; readonly mask: readonly number[] };
}

interface TokenizerOptions {
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string;
  readonly maxTokens: number;
  readonly padToMax: boolean;
}

/** No tokenizer needs more letters than this for its longest text, and a byte-pair merge of a huge word is slow. */
const MAX_LETTERS = 4096;

/** @throws Error when the file holds no tokenizer that can be used */
export async function openTokenizer(options: TokenizerOptions): Promise<TextTokenizer> {
  const json: unknown = JSON.parse(await readFile(options.tokenizerFile, 'utf8'));
  const config = await readConfig(options.tokenizerConfigFile);
  const tokenizer = build(json, config, options.tokenizerFile);
  const { maxTokens, padToMax } = options;
  const pad = padToMax ? padId(tokenizer, config) : undefined;
  const endsWithMark = endMark(tokenizer);
  return {
    encode(text) {
      const { ids } = tokenizer.encode(text.replaceAll(/\s+/gu, ' ').slice(0, MAX_LETTERS));
      const cut = cutTo(ids, maxTokens, endsWithMark);
      const mask = cut.map(() => 1);
      if (pad === undefined) return { ids: cut, mask };
      const missing = maxTokens - cut.length;
      return { ids: [...cut, ...Array(missing).fill(pad)], mask: [...mask, ...Array(missing).fill(0)] };
    },
  };
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  // Some exports leave it out; tokenizer.json alone is enough then.
  const text = await readFile(file, 'utf8').catch(() => '{}');
  return JSON.parse(text) as Record<string, unknown>;
}

function build(json: unknown, config: Record<string, unknown>, file: string): Tokenizer {
  try {
    const tokenizer = new Tokenizer(json as object, config);
    tokenizer.encode('a photo');
    return tokenizer;
  } catch (error) {
    throw new Error(`${file} holds no tokenizer that can be used (${messageOf(error)})`, { cause: error });
  }
}

/** The mark that closes every text, if this tokenizer sets one: CLIP reads its vector off there. */
function endMark(tokenizer: Tokenizer): number | undefined {
  const [one, two] = [tokenizer.encode('a').ids, tokenizer.encode('b c').ids];
  const last = one.at(-1);
  return last === two.at(-1) && one.length > 1 ? last : undefined;
}

/** Cuts in the middle of the text, never its closing mark. */
export function cutTo(ids: readonly number[], max: number, end: number | undefined): readonly number[] {
  if (ids.length <= max) return ids;
  return end === undefined ? ids.slice(0, max) : [...ids.slice(0, max - 1), end];
}

function padId(tokenizer: Tokenizer, config: Record<string, unknown>): number {
  const pad = config.pad_token;
  const content = typeof pad === 'string' ? pad : (pad as { content?: string } | null | undefined)?.content;
  const id = content === undefined ? undefined : tokenizer.token_to_id(content);
  return id ?? 0;
}
