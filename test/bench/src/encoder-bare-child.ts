// Runs a model by itself, as fast as it goes, and tells how many images it did: the yardstick for the server.
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface BareTask {
  readonly file: string;
  readonly threads: number;
  readonly batch: number;
  readonly ms: number;
}

const SIDE = 224;

/** Told at the end; processor time in microseconds, without loading. */
export interface BareAnswer {
  readonly images: number;
  readonly cpuMicros: number;
}

async function run({ file, threads, batch, ms }: BareTask): Promise<BareAnswer> {
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: threads,
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const data = new Float32Array(batch * 3 * SIDE * SIDE).fill(0.1);
  const feeds = { pixel_values: new Tensor('float32', data, [batch, 3, SIDE, SIDE]) };
  await session.run(feeds);
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const before = process.cpuUsage();
  const until = performance.now() + ms;
  let images = 0;
  while (performance.now() < until) {
    await session.run(feeds);
    images += batch;
  }
  const { user, system } = process.cpuUsage(before);
  return { images, cpuMicros: user + system };
}

process.once('message', (task: BareTask) => {
  run(task).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      throw error;
    },
  );
});
