import type {
  EncodeImagesRequest__Output,
  EncodeImagesResponse,
  ImageItem__Output,
  ModelInfo,
  StreamOpen__Output,
} from '@clip-watch/proto';
import { type ServerDuplexStream, type StatusObject, status } from '@grpc/grpc-js';
import type { Sender } from '../lanes/lane.js';
import { selectorProblem } from '../model/model-info.js';
import type { ImageEncoder, PendingImage } from './image-encoder.js';

export type ImageStreamCall = ServerDuplexStream<EncodeImagesRequest__Output, EncodeImagesResponse>;

export interface ImageStreamContext {
  readonly encoder: ImageEncoder;
  readonly model: ModelInfo;
  readonly serverVersion: string;
  readonly instanceId: string;
  readonly heartbeatMs: number;
  /** The window of a client that names no wish. */
  readonly defaultInFlight: number;
  readonly maxInFlight: number;
}

export interface ImageStream {
  readonly unanswered: number;
  /** Tells the client to go elsewhere; what was sent is still answered. */
  drain(retryDelayMs: number): void;
  /** Ends the call with UNAVAILABLE: the client gets no verdict on what is unanswered. */
  abort(): void;
}

/** Ids of a long stream are remembered up to this many, so that a reused one is told and memory stays flat. */
const REMEMBERED_IDS = 100_000;

/**
 * Serves one `EncodeImages` call.
 * States: `new` (waits for open), `open` (items, cancels, results), `half-closed` (the client sends no more; ends with
 * OK after the last result), `ended`. Draining is not a state of its own: items that crossed the notice are still taken.
 */
export function serveImageStream(call: ImageStreamCall, context: ImageStreamContext, onEnd: () => void): ImageStream {
  const pending = new Map<number, PendingImage | undefined>();
  const usedIds = new IdMemory(REMEMBERED_IDS);
  let state: 'new' | 'open' | 'half-closed' | 'ended' = 'new';
  let window = 0;
  let drainDelayMs: number | undefined;
  let lastSentAt = performance.now();
  const sender: Sender = {
    get window() {
      return window;
    },
    get room() {
      return state === 'open' && drainDelayMs === undefined ? window - pending.size : 0;
    },
  };

  function send(response: EncodeImagesResponse): void {
    if (state === 'ended') return;
    lastSentAt = performance.now();
    call.write(response);
  }
  function finish(): void {
    if (state === 'ended') return;
    state = 'ended';
    clearInterval(heartbeat);
    for (const image of pending.values()) image?.abandon();
    pending.clear();
    onEnd();
  }
  function fail(code: status, details: string): void {
    if (state === 'ended') return;
    finish();
    call.emit('error', { code, details } satisfies Partial<StatusObject>);
  }
  function endWhenAnswered(): void {
    if (state !== 'half-closed' || pending.size > 0) return;
    finish();
    call.end();
  }

  function open(request: StreamOpen__Output): void {
    state = 'open';
    window = Math.min(request.wanted_in_flight || context.defaultInFlight, context.maxInFlight);
    send({
      accepted: {
        model: context.model,
        max_in_flight: window,
        server_version: context.serverVersion,
        server_instance_id: context.instanceId,
        heartbeat_ms: context.heartbeatMs,
      },
    });
    if (drainDelayMs !== undefined) sendDraining(drainDelayMs);
  }
  /** What breaks the protocol about this item; a second item with its id could not be told apart in the answers. */
  function itemProblem(id: number): string | undefined {
    if (state !== 'open') return 'an item came after the end';
    if (id === 0) return 'request_id is 0';
    if (pending.size >= window) return `the window of ${window} unanswered items was overrun`;
    return usedIds.add(id) ? undefined : `request_id ${id} was used before`;
  }
  function take(item: ImageItem__Output): void {
    const id = item.request_id;
    // Entered first: an item that is refused at once is settled before `encode` returns.
    pending.set(id, undefined);
    const image = context.encoder.encode(item, sender, (result) => {
      pending.delete(id);
      send({ result });
      endWhenAnswered();
    });
    if (pending.has(id)) pending.set(id, image);
  }
  function sendDraining(retryDelayMs: number): void {
    send({ flow: { max_in_flight: 0, draining: true, retry_delay_ms: retryDelayMs } });
  }
  function receive(message: EncodeImagesRequest__Output): void {
    if (state === 'ended') return;
    if (message.request === 'open' && message.open) receiveOpen(message.open);
    else if (state === 'new') fail(status.INVALID_ARGUMENT, 'the first message is not open');
    else if (message.request === 'item' && message.item) receiveItem(message.item);
    else if (message.request === 'cancel' && message.cancel) pending.get(message.cancel.request_id)?.cancel();
    // Anything else is of a later version of the contract: ignored.
  }
  function receiveItem(item: ImageItem__Output): void {
    const problem = itemProblem(item.request_id);
    if (problem === undefined) take(item);
    else fail(status.INVALID_ARGUMENT, problem);
  }
  function receiveOpen(request: StreamOpen__Output): void {
    const problem = selectorProblem(request.model, context.model);
    if (state !== 'new') fail(status.INVALID_ARGUMENT, 'open was sent twice');
    else if (problem !== undefined) fail(status.FAILED_PRECONDITION, problem);
    else open(request);
  }

  // Half the promise, so that a late timer still keeps it.
  const heartbeat = setInterval(() => {
    const isSilent = performance.now() - lastSentAt >= context.heartbeatMs / 2;
    if (pending.size > 0 && isSilent) send({ flow: {} });
  }, context.heartbeatMs / 4).unref();
  call.on('data', receive);
  call.on('end', () => {
    if (state === 'ended') return;
    state = 'half-closed';
    endWhenAnswered();
  });
  call.on('cancelled', finish);
  call.on('error', finish);
  return {
    get unanswered() {
      return pending.size;
    },
    drain(retryDelayMs) {
      drainDelayMs = retryDelayMs;
      if (state === 'open') sendDraining(retryDelayMs);
    },
    abort: () => fail(status.UNAVAILABLE, 'the server is going away'),
  };
}

/** The last ids of a stream. Rising ids, as every client sends them, cost one number. */
class IdMemory {
  readonly #capacity: number;
  readonly #odd = new Set<number>();
  #highest = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns false when the id was used before */
  add(id: number): boolean {
    if (id === this.#highest + 1) {
      this.#highest = id;
      return true;
    }
    if (id <= this.#highest || this.#odd.has(id)) return false;
    this.#odd.add(id);
    while (this.#odd.delete(this.#highest + 1)) this.#highest++;
    if (this.#odd.size > this.#capacity) this.#odd.delete(this.#odd.values().next().value ?? 0);
    return true;
  }
}
