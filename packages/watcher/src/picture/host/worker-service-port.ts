/** The main thread's side of `WorkerServices`: answers one task's port and takes back what the task forgot. */
import type { MessagePort } from 'node:worker_threads';
import type { ExifReader } from '../exif-reader.js';
import type { MemoryBudget } from './memory-budget.js';
import type { ServiceAnswer, ServiceRequest } from './worker-services.js';

export interface PortServices {
  readonly exif: Pick<ExifReader, 'readTags' | 'extractTag'>;
  readonly budget: MemoryBudget;
  /** True while the photo only waits for others: none of that time is its own. */
  onWait(waits: boolean): void;
}

/** @returns ends the service and gives back all memory places that the task still holds */
export function servePort(port: MessagePort, services: PortServices): () => void {
  const held = new Map<number, () => void>();
  let over = false;

  async function acquire(seq: number, bytes: number): Promise<void> {
    services.onWait(true);
    const release = await services.budget.acquire(bytes);
    services.onWait(false);
    if (over) return release(); // the task ended while it waited
    held.set(seq, release);
    answer({ seq, kind: 'admitted' });
  }
  function answer(message: ServiceAnswer): void {
    if (!over) port.postMessage(message);
  }
  async function ask(seq: number, request: (onTurn: () => void) => Promise<ServiceAnswer>): Promise<void> {
    services.onWait(true);
    try {
      answer(await request(() => services.onWait(false)));
    } catch (error) {
      answer({ seq, kind: 'refused', message: error instanceof Error ? firstLine(error.message) : 'unknown' });
    } finally {
      services.onWait(false); // without ExifTool there is no turn
    }
  }

  port.on('message', (request: ServiceRequest) => {
    switch (request.kind) {
      case 'acquire':
        return void acquire(request.seq, request.bytes);
      case 'release':
        held.get(request.seq)?.();
        return void held.delete(request.seq);
      case 'readTags':
        return void ask(request.seq, async (onTurn) => {
          const tags = await services.exif.readTags(request.path, request.args, onTurn);
          return { seq: request.seq, kind: 'tags', tags };
        });
      case 'extractTag':
        return void ask(request.seq, async (onTurn) => {
          const found = await services.exif.extractTag(request.path, request.tag, request.target, onTurn);
          return { seq: request.seq, kind: 'extracted', found };
        });
    }
  });
  return () => {
    over = true;
    port.close();
    for (const release of held.values()) release();
    held.clear();
  };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
