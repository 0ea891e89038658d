import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { ApolloError, messageOf } from '../errors.js';
import type { Log } from '../log.js';
import type { ModelFolder } from '../model/model-folder.js';
import { type Arrangement, listArrangements } from './arrangement.js';
import { type ArrangementKey, memoryFile, recallArrangement, rememberArrangement } from './arrangement-memory.js';
import { calibrate } from './calibration.js';
import { createVisionLane } from './lanes.js';

export interface ArrangeOptions {
  readonly model: ModelFolder;
  readonly children?: number;
  readonly threads?: number;
  readonly provider: string;
  readonly maxBatch: number;
  readonly dataDir?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  /** The model is so small that a second child makes it no faster. */
  readonly isTiny: boolean;
}

/** A session needs about this many times its file: weights, packed weights and activations. */
const BYTES_PER_MODEL_BYTE = 2.5;

/**
 * How many children with how many threads serve the image model: as set, else as remembered for this model on this
 * machine, else measured now, which takes seconds, once.
 * @throws ApolloError MODEL_BROKEN when the model cannot be run
 */
export async function arrangeChildren(options: ArrangeOptions): Promise<Arrangement> {
  const { model, provider, log } = options;
  if (options.isTiny) return { children: 1, threads: 1 };
  const cores = availableParallelism();
  const byMemory = Math.floor(totalmem() / 2 / Math.max(1, model.visionBytes * BYTES_PER_MODEL_BYTE));
  const set = setArrangement(options, cores, byMemory);
  if (set !== undefined) return set;
  const candidates = listArrangements(cores, byMemory, provider);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  const key = keyOf(options, cores);
  const file = memoryFile(options.dataDir, options.environment);
  const known = await recallArrangement(file, key, candidates);
  if (known !== undefined) {
    log.info({ ...known, file }, 'children and threads as measured at an earlier start');
    return known;
  }
  return measureNow(options, candidates, file, key);
}

/** What flags decide; one child a core where they leave it open. */
function setArrangement(options: ArrangeOptions, cores: number, byMemory: number): Arrangement | undefined {
  const { children, threads = 1 } = options;
  if (children === undefined && options.threads === undefined) return undefined;
  return { children: children ?? Math.max(1, Math.min(Math.floor(cores / threads), byMemory)), threads };
}

async function measureNow(
  options: ArrangeOptions,
  arrangements: readonly Arrangement[],
  file: string,
  key: ArrangementKey,
): Promise<Arrangement> {
  const { model, log, maxBatch } = options;
  log.info({ arrangements }, 'the first start of this model here: measuring how many children and threads serve best');
  const { chosen, measured } = await calibrate({
    arrangements,
    inputSize: model.recipe.inputSize,
    maxBatch,
    createLane: (arrangement) => createVisionLane(options, arrangement),
  }).catch((error: unknown) => {
    throw new ApolloError(
      'MODEL_BROKEN',
      `${model.visionFile} cannot be used: ${messageOf(error)}. Replace or download it again`,
      {
        cause: error,
      },
    );
  });
  log.info({ chosen, measured }, 'children and threads chosen by measuring');
  await rememberArrangement(file, key, chosen).catch((err: unknown) =>
    log.warn(
      { err, file },
      'the choice cannot be kept: the next start measures again. --children and --threads set it',
    ),
  );
  return chosen;
}

function keyOf({ model, provider, maxBatch }: ArrangeOptions, cores: number): ArrangementKey {
  const manifest = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return { modelVersion: model.version, cores, provider, maxBatch, onnxruntime: manifest.version };
}
