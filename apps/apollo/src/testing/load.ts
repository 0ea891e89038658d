import { setTimeout as sleep } from 'node:timers/promises';
import type { EncodeResult__Output, ImageItem } from '@clip-watch/proto';
import type { TestClient } from './apollo-client.js';

export interface LoadOptions {
  readonly window: number;
  readonly total: number;
  /** Item number 1 to `total`; sent again under a new request_id when the server says RETRY_LATER. */
  makeItem(n: number): Pick<ImageItem, 'rgb' | 'encoded'>;
  onResult?(result: EncodeResult__Output, n: number): void;
}

export interface LoadReport {
  /** Final results by item number. */
  readonly results: ReadonlyMap<number, EncodeResult__Output>;
  readonly sent: number;
  readonly answered: number;
  /** Answers RETRY_LATER by reason. */
  readonly retries: ReadonlyMap<string, number>;
}

/** Keeps the window of one stream full until every item has a final result. */
export async function runLoad(client: TestClient, options: LoadOptions): Promise<LoadReport> {
  const stream = client.stream();
  const { max_in_flight } = await stream.open(options.window);
  const waiting = Array.from({ length: options.total }, (_, i) => i + 1);
  const sentAs = new Map<number, number>();
  const results = new Map<number, EncodeResult__Output>();
  const retries = new Map<string, number>();
  let requestId = 0;
  let answered = 0;
  const fill = (): void => {
    while (sentAs.size < max_in_flight && waiting.length > 0) {
      const n = waiting.shift() as number;
      sentAs.set(++requestId, n);
      stream.send({ request_id: requestId, ref: { content_hash: `item-${n}` }, ...options.makeItem(n) });
    }
  };
  const finished = new Promise<void>((resolve, reject) => {
    const take = async (result: EncodeResult__Output): Promise<void> => {
      answered++;
      const n = sentAs.get(result.request_id);
      if (n === undefined || result.content_hash !== `item-${n}`)
        throw new Error(`an answer to nothing: ${result.request_id}`);
      sentAs.delete(result.request_id);
      options.onResult?.(result, n);
      if (result.error?.retry === 'RETRY_LATER') {
        retries.set(result.error.reason, (retries.get(result.error.reason) ?? 0) + 1);
        if (result.error.retry_delay_ms > 0) await sleep(result.error.retry_delay_ms);
        waiting.push(n);
      } else results.set(n, result);
      // Kept small: a long run must not measure this list.
      stream.results.length = 0;
      stream.messages.length = 0;
      fill();
      if (results.size === options.total) resolve();
    };
    stream.call.on('data', (message) => {
      if (message.result) take(message.result).catch(reject);
    });
    void stream.status.then(({ code, details }) => reject(new Error(`stream ended: ${code} ${details}`)));
    fill();
  });
  await finished;
  stream.call.end();
  await stream.status;
  return { results, sent: requestId, answered, retries };
}
