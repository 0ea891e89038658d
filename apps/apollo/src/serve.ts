import { readFileSync } from 'node:fs';
import { createImageEncoder } from './calls/image-encoder.js';
import { type ClipService, createClipService } from './calls/service.js';
import { createTextEncoder } from './calls/text-encoder.js';
import type { ServeOptions } from './cli-options.js';
import { arrangeChildren } from './lanes/arrange.js';
import { type Lanes, openLanes } from './lanes/lanes.js';
import type { Log } from './log.js';
import { chooseModel, type ModelChoice } from './model/model-choice.js';
import { openModelFolder } from './model/model-folder.js';
import { DEFAULT_BOUNDS, toModelInfo } from './model/model-info.js';
import { watchActivity } from './server/activity.js';
import { createCounters } from './server/counters.js';
import { type GrpcServer, startGrpcServer } from './server/grpc-server.js';
import { isLocalAddress } from './server/listen-address.js';
import { serveMetrics } from './server/metrics-page.js';

/** A running encoder. */
export interface RunningApollo {
  readonly addresses: readonly string[];
  readonly modelName: string;
  readonly modelVersion: string;
  /** Answers what was sent, asks streams to go, ends what does not go within the grace. Same promise every time. */
  close(): Promise<void>;
}

const HEARTBEAT_MS = 5000;
const MAX_STREAMS = 128;
const QUEUE_BYTES = 256 * 1024 * 1024;
const TEXT_QUEUE_LIMIT = 1024;
/** Together below the ten seconds after which a supervisor kills. */
const DRAIN_GRACE_MS = 6000;
const CLOSE_GRACE_MS = 2000;
const RETRY_AFTER_DRAIN_MS = 1000;

/**
 * Loads the model, starts the children, binds the addresses.
 * @throws ApolloError MODEL_MISSING, MODEL_BROKEN, ADDRESS, TLS
 */
export async function startApollo(options: ServeOptions, log: Log): Promise<RunningApollo> {
  const choice = await chooseModel(options);
  tellChoice(choice, log);
  const model = await openModelFolder(choice.folder, {
    ...(options.precision ? { precision: options.precision } : {}),
    ...(choice.kind === 'pulled' ? { name: choice.name } : {}),
  });
  const bounds = DEFAULT_BOUNDS;
  const arrangement = await arrangeChildren({
    ...options,
    model,
    environment: process.env,
    log,
    isTiny: choice.kind === 'palette',
  });
  const lanes = await openLanes({
    ...options,
    model,
    arrangement,
    textThreads: options.threads ?? 1,
    maxImagePixels: bounds.maxImagePixels,
    log,
  });
  const counters = createCounters();
  const images = createImageEncoder({
    ...bounds,
    vision: lanes.vision,
    decode: lanes.decode,
    inputSize: model.recipe.inputSize,
    modelVersion: model.version,
    queueLimit: options.queueLimit,
    queueBytes: QUEUE_BYTES,
    counters,
  });
  const texts =
    lanes.text &&
    createTextEncoder({ lane: lanes.text, modelVersion: model.version, counters, queueLimit: TEXT_QUEUE_LIMIT });
  const service = createClipService({
    model: toModelInfo(model, lanes.facts.dimension, bounds),
    images,
    ...(texts ? { texts } : {}),
    bounds,
    serverVersion: serverVersion(lanes),
    defaultInFlight: Math.min(bounds.maxInFlight, 2 * arrangement.children * options.maxBatch),
    maxStreams: MAX_STREAMS,
    heartbeatMs: HEARTBEAT_MS,
  });
  const server = await listen(options, service, lanes);
  warnOfOpenDoor(options, log);
  server.setServing(true);
  const activity = watchActivity(counters, lanes, log, options.metrics !== undefined);
  const metrics = options.metrics && (await serveMetrics(options.metrics, activity.toMetrics));
  if (metrics) log.info({ port: metrics.port }, 'metrics page');
  let closing: Promise<void> | undefined;
  return {
    addresses: server.addresses,
    modelName: model.name,
    modelVersion: model.version,
    close() {
      activity.close();
      metrics?.close();
      closing ??= closeInOrder(server, service, lanes);
      return closing;
    },
  };
}

async function listen(options: ServeOptions, service: ClipService, lanes: Lanes): Promise<GrpcServer> {
  const { maxMessageBytes } = DEFAULT_BOUNDS;
  const { token, tls } = options;
  try {
    return await startGrpcServer({
      listen: options.listen,
      handlers: service.handlers,
      maxMessageBytes,
      ...(token === undefined ? {} : { token }),
      ...(tls === undefined ? {} : { tls }),
    });
  } catch (error) {
    await lanes.close();
    throw error;
  }
}

async function closeInOrder(server: GrpcServer, service: ClipService, lanes: Lanes): Promise<void> {
  server.setServing(false);
  const forced = setTimeout(() => service.abort(), DRAIN_GRACE_MS);
  await service.drain(RETRY_AFTER_DRAIN_MS);
  clearTimeout(forced);
  await server.close(CLOSE_GRACE_MS);
  await lanes.close();
}

function tellChoice(choice: ModelChoice, log: Log): void {
  if (choice.kind !== 'palette') {
    log.info({ folder: choice.folder }, 'model folder');
    return;
  }
  log.warn(
    { wanted: choice.wanted },
    'serving the built-in starter model "palette": it knows colours and brightness only, not what is in a photo. ' +
      'For CLIP, run "clip-watch model pull" once with network, or set CLIP_MODEL_DIR to a model folder',
  );
}

function warnOfOpenDoor({ listen, token, tls }: ServeOptions, log: Log): void {
  if (listen.every(isLocalAddress)) return;
  if (token === undefined) log.warn({}, 'reachable from the network without a token: set APOLLO_TOKEN');
  else if (tls === undefined) log.warn({}, 'the token crosses the network in plain text: set --tls-cert and --tls-key');
}

function serverVersion(lanes: Lanes): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return `clip-watch apollo ${version} onnxruntime-${lanes.facts.provider}`;
}
