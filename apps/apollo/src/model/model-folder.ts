import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { ApolloError, messageOf } from '../errors.js';
import {
  checkOnnxFile,
  fileSize,
  hashFile,
  hashOnnxFile,
  listTowerFiles,
  type Precision,
  readJsonFile,
} from './model-files.js';
import { type PixelRecipe, readPixelRecipe } from './preprocessing.js';

/** A model folder in the Hugging Face layout, checked but not yet loaded. */
export interface ModelFolder {
  readonly name: string;
  /** From the hashes of every file that shapes a vector, the precision and the preprocessing. */
  readonly version: string;
  readonly visionFile: string;
  readonly visionBytes: number;
  readonly recipe: PixelRecipe;
  /** Absent: the model has no text side; photos can be searched by photo only. */
  readonly text?: TextSide;
}

export interface TextSide {
  readonly file: string;
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string;
  /** Longest text in tokens, special ones included. */
  readonly maxTokens: number;
  /** SigLIP was trained on padded texts and needs them so; CLIP gives the same vector without. */
  readonly padToMax: boolean;
}

/** Raised when this program starts to make other vectors from the same files. */
const PIPELINE = 1;

/**
 * Reads and checks a model folder: the files are there, are what their names say, and fit together.
 * @param precision only files of this precision; without it the best one that is there
 * @throws ApolloError MODEL_MISSING, MODEL_BROKEN, naming the file and what to do
 */
export async function openModelFolder(
  folder: string,
  options: { readonly precision?: Precision; readonly name?: string } = {},
): Promise<ModelFolder> {
  const root = resolve(folder);
  const config = await readJsonFile(join(root, 'config.json'));
  const recipe = await readRecipe(join(root, 'preprocessor_config.json'));
  const vision = await pickTower(root, 'vision', options.precision);
  if (vision === undefined)
    throw new ApolloError('MODEL_MISSING', `${join(root, 'onnx')} holds no vision_model*.onnx: copy the model there`);
  const text = await readTextSide(root, config, options.precision ?? vision.precision);
  return {
    name: options.name ?? nameOf(config, root),
    version: await versionOf({ vision, recipe, ...(text ? { text } : {}) }),
    visionFile: vision.file,
    visionBytes: await fileSize(vision.file),
    recipe,
    ...(text ? { text } : {}),
  };
}

async function pickTower(
  root: string,
  tower: 'vision' | 'text',
  precision?: Precision,
): Promise<{ file: string; precision: Precision } | undefined> {
  const files = await listTowerFiles(root, tower);
  const chosen = files.find((entry) => precision === undefined || entry.precision === precision);
  if (chosen) await checkOnnxFile(chosen.file);
  return chosen;
}

async function readRecipe(file: string): Promise<PixelRecipe> {
  const config = await readJsonFile(file);
  try {
    return readPixelRecipe(config);
  } catch (error) {
    throw new ApolloError('MODEL_BROKEN', `${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function readTextSide(
  root: string,
  config: Record<string, unknown>,
  precision: Precision,
): Promise<TextSide | undefined> {
  // The text tower may come in another precision only; any is better than no search by words.
  const tower = (await pickTower(root, 'text', precision)) ?? (await pickTower(root, 'text'));
  if (tower === undefined) return undefined;
  const tokenizerFile = join(root, 'tokenizer.json');
  const tokenizer = await readJsonFile(tokenizerFile);
  if (typeof tokenizer.model !== 'object' || tokenizer.model === null)
    throw new ApolloError('MODEL_BROKEN', `${tokenizerFile} holds no tokenizer: replace it by the model's own`);
  const isSiglip = String(config.model_type).startsWith('siglip');
  const textConfig = (config.text_config ?? {}) as { max_position_embeddings?: unknown };
  const stated = textConfig.max_position_embeddings;
  const maxTokens = typeof stated === 'number' && stated >= 4 && stated <= 4096 ? stated : isSiglip ? 64 : 77;
  return {
    file: tower.file,
    tokenizerFile,
    tokenizerConfigFile: join(root, 'tokenizer_config.json'),
    maxTokens,
    padToMax: isSiglip,
  };
}

const STARTER_MODEL = 'clip-watch/palette';

/** A client lets the starter model give way to any other, by its name: no other model goes by that. */
function nameOf(config: Record<string, unknown>, root: string): string {
  const stated = config._name_or_path;
  const name = (typeof stated === 'string' && stated !== '' && basename(stated)) || basename(root);
  return name === basename(STARTER_MODEL) && stated !== STARTER_MODEL ? `${name}-folder` : name;
}

async function versionOf(parts: {
  readonly vision: { readonly file: string; readonly precision: Precision };
  readonly recipe: PixelRecipe;
  readonly text?: TextSide;
}): Promise<string> {
  const { text } = parts;
  const facts = {
    pipeline: PIPELINE,
    precision: parts.vision.precision,
    vision: await hashOnnxFile(parts.vision.file),
    recipe: parts.recipe,
    text: text && {
      tower: await hashOnnxFile(text.file),
      tokenizer: await hashFile(text.tokenizerFile),
      maxTokens: text.maxTokens,
      padToMax: text.padToMax,
    },
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)}`;
}
