// Runs a model by itself, as fast as it goes, and tells how many images it did: the yardstick for the server.
import { constants, setPriority } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface BareTask {
  readonly file: string;
  readonly threads: number;
  readonly batch: number;
}

const SIDE = 224;

/** What one turn did; processor time in microseconds. */
export interface BareAnswer {
  readonly images: number;
  /** The last batch runs past the time that was asked for. */
  readonly tookMs: number;
  readonly cpuMicros: number;
}

/** @returns a turn of so many milliseconds */
async function open({ file, threads, batch }: BareTask): Promise<(ms: number) => Promise<BareAnswer>> {
  // As nice as the encoder's own children, and before any thread is started: on a machine that others use too it decides.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: threads,
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const data = new Float32Array(batch * 3 * SIDE * SIDE).fill(0.1);
  const feeds = { pixel_values: new Tensor('float32', data, [batch, 3, SIDE, SIDE]) };
  await session.run(feeds);
  return async (ms) => {
    const before = process.cpuUsage();
    const start = performance.now();
    let images = 0;
    for (; performance.now() < start + ms; images += batch) await session.run(feeds);
    const { user, system } = process.cpuUsage(before);
    return { images, tookMs: performance.now() - start, cpuMicros: user + system };
  };
}

async function main(): Promise<void> {
  const task = await new Promise<BareTask>((resolve) => process.once('message', resolve));
  const turn = await open(task);
  process.on('message', (ms: number) => void turn(ms).then((answer) => process.send?.(answer)));
  process.send?.('ready');
}

process.on('disconnect', () => process.exit(0));
await main();
