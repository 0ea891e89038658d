import { availableParallelism } from 'node:os';
import type {
  ChildFacts,
  ChildInput,
  DecodeInit,
  DecodeOutput,
  TextInit,
  VectorOutput,
  VisionInit,
} from '../children/child-protocol.js';
import { ApolloError, messageOf } from '../errors.js';
import type { Log } from '../log.js';
import type { ModelFolder, TextSide } from '../model/model-folder.js';
import type { PixelRecipe } from '../model/preprocessing.js';
import type { Arrangement } from './arrangement.js';
import { startRoleChild } from './child-host.js';
import { Lane } from './lane.js';

export interface LanesOptions {
  readonly model: ModelFolder;
  /** Of the image children. */
  readonly arrangement: Arrangement;
  /** Of the text child. */
  readonly textThreads: number;
  readonly provider: string;
  readonly maxBatch: number;
  readonly maxImagePixels: number;
  readonly log: Log;
}

/** The three kinds of children: a text never waits behind a photo, and no decoder's crash costs a session. */
export interface Lanes {
  readonly vision: Lane<Uint8Array, VectorOutput>;
  readonly decode: Lane<Uint8Array, DecodeOutput>;
  readonly text?: Lane<string, VectorOutput>;
  readonly facts: ChildFacts;
  /** Resolves when no child is left. */
  close(): Promise<void>;
}

/** The longest that pictures of a stream wait for others: eight of them, when one comes every 50 ms. */
const BATCH_DELAY_MS = 400;
const VISION_HANG_MS = 60_000;
const TEXT_HANG_MS = 30_000;
const DECODE_HANG_MS = 30_000;

/** @throws ApolloError MODEL_BROKEN when a model file cannot be loaded or run */
export async function openLanes(options: LanesOptions): Promise<Lanes> {
  const { model, log, textThreads, provider } = options;
  const vision = createVisionLane(options, options.arrangement);
  const decode = decodeLane(model.recipe, options.maxImagePixels, log);
  const text = model.text && textLane(model.text, textThreads, provider, log);
  const close = async (): Promise<void> => {
    await Promise.all([vision.close(), decode.close(), text?.close()]);
  };
  try {
    const [facts, textFacts] = await Promise.all([
      openLane(vision, model.visionFile),
      text && model.text ? openLane(text, model.text.file) : undefined,
    ]);
    if (textFacts !== undefined && textFacts.dimension !== facts.dimension)
      throw new ApolloError(
        'MODEL_BROKEN',
        `${model.text?.file} makes ${textFacts.dimension} numbers and ${model.visionFile} ${facts.dimension}: they are of two models`,
      );
    if (facts.provider !== provider)
      log.warn({ wanted: provider, used: facts.provider }, 'execution provider not to be had');
    return { vision, decode, facts, close, ...(text ? { text } : {}) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The lane of the image model, not opened yet. */
export function createVisionLane(
  options: Pick<LanesOptions, 'model' | 'provider' | 'maxBatch' | 'log'>,
  { children, threads }: Arrangement,
): Lane<Uint8Array, VectorOutput> {
  const { model, provider } = options;
  const { inputSize, mean, std } = model.recipe;
  const init: VisionInit = { role: 'vision', file: model.visionFile, inputSize, mean, std, threads, provider };
  return new Lane({
    name: 'vision',
    children,
    maxBatch: options.maxBatch,
    maxDelayMs: BATCH_DELAY_MS,
    depth: 2,
    hangMs: VISION_HANG_MS,
    log: options.log,
    start: (events) => startRoleChild(init, events),
    isBroken: (output) => output.kind === 'not-finite',
  });
}

function textLane(side: TextSide, threads: number, provider: string, log: Log): Lane<string, VectorOutput> {
  const { file, tokenizerFile, tokenizerConfigFile, maxTokens, padToMax } = side;
  const init: TextInit = {
    role: 'text',
    file,
    tokenizerFile,
    tokenizerConfigFile,
    maxTokens,
    padToMax,
    threads,
    provider,
  };
  return new Lane({
    name: 'text',
    children: 1,
    maxBatch: 1,
    maxDelayMs: 0,
    depth: 2,
    hangMs: TEXT_HANG_MS,
    log,
    start: (events) => startRoleChild(init, events),
    isBroken: (output) => output.kind === 'not-finite',
  });
}

function decodeLane(recipe: PixelRecipe, maxPixels: number, log: Log): Lane<Uint8Array, DecodeOutput> {
  const kernels = {
    RESAMPLE_FILTER_BICUBIC: 'cubic',
    RESAMPLE_FILTER_BILINEAR: 'linear',
    RESAMPLE_FILTER_LANCZOS: 'lanczos3',
  } as const;
  const init: DecodeInit = {
    role: 'decode',
    inputSize: recipe.inputSize,
    resizeSize: recipe.resizeSize,
    stretch: recipe.resizeMode === 'RESIZE_MODE_STRETCH',
    kernel: kernels[recipe.resampleFilter],
    maxPixels,
  };
  return new Lane({
    name: 'decode',
    children: Math.min(2, availableParallelism()),
    // Most clients send pixels.
    onDemand: true,
    maxBatch: 1,
    maxDelayMs: 0,
    // One file at a time, so that a crash has one cause.
    depth: 1,
    hangMs: DECODE_HANG_MS,
    log,
    start: (events) => startRoleChild(init, events),
  });
}

async function openLane<Input extends ChildInput, Output>(
  lane: Lane<Input, Output>,
  file: string,
): Promise<ChildFacts> {
  try {
    return await lane.open();
  } catch (error) {
    throw new ApolloError('MODEL_BROKEN', `${file} cannot be used: ${messageOf(error)}. Replace or download it again`, {
      cause: error,
    });
  }
}
