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
  return new Session(call, context, onEnd);
}

class Session implements ImageStream, Sender {
  readonly #call: ImageStreamCall;
  readonly #context: ImageStreamContext;
  readonly #onEnd: () => void;
  readonly #pending = new Map<number, PendingImage | undefined>();
  readonly #usedIds = new IdMemory(REMEMBERED_IDS);
  readonly #heartbeat: NodeJS.Timeout;
  #state: 'new' | 'open' | 'half-closed' | 'ended' = 'new';
  #window = 0;
  #drainDelayMs: number | undefined;
  #lastSentAt = performance.now();

  constructor(call: ImageStreamCall, context: ImageStreamContext, onEnd: () => void) {
    this.#call = call;
    this.#context = context;
    this.#onEnd = onEnd;
    // Half the promise, so that a late timer still keeps it.
    this.#heartbeat = setInterval(() => this.#beat(), context.heartbeatMs / 4).unref();
    call.on('data', (message: EncodeImagesRequest__Output) => this.#receive(message));
    call.on('end', () => this.#halfClose());
    call.on('cancelled', () => this.#finish());
    call.on('error', () => this.#finish());
  }

  get unanswered(): number {
    return this.#pending.size;
  }

  get window(): number {
    return this.#window;
  }

  get room(): number {
    return this.#state === 'open' && this.#drainDelayMs === undefined ? this.#window - this.#pending.size : 0;
  }

  drain(retryDelayMs: number): void {
    this.#drainDelayMs = retryDelayMs;
    if (this.#state === 'open') this.#sendDraining(retryDelayMs);
  }

  abort(): void {
    this.#fail(status.UNAVAILABLE, 'the server is going away');
  }

  #receive(message: EncodeImagesRequest__Output): void {
    if (this.#state === 'ended') return;
    if (message.request === 'open' && message.open) this.#receiveOpen(message.open);
    else if (this.#state === 'new') this.#fail(status.INVALID_ARGUMENT, 'the first message is not open');
    else if (message.request === 'item' && message.item) this.#receiveItem(message.item);
    else if (message.request === 'cancel' && message.cancel) this.#pending.get(message.cancel.request_id)?.cancel();
    // Anything else is of a later version of the contract: ignored.
  }

  #receiveOpen(request: StreamOpen__Output): void {
    const problem = selectorProblem(request.model, this.#context.model);
    if (this.#state !== 'new') this.#fail(status.INVALID_ARGUMENT, 'open was sent twice');
    else if (problem !== undefined) this.#fail(status.FAILED_PRECONDITION, problem);
    else this.#open(request);
  }

  #open(request: StreamOpen__Output): void {
    const { model, serverVersion, instanceId, heartbeatMs, defaultInFlight, maxInFlight } = this.#context;
    this.#state = 'open';
    this.#window = Math.min(request.wanted_in_flight || defaultInFlight, maxInFlight);
    this.#send({
      accepted: {
        model,
        max_in_flight: this.#window,
        server_version: serverVersion,
        server_instance_id: instanceId,
        heartbeat_ms: heartbeatMs,
      },
    });
    if (this.#drainDelayMs !== undefined) this.#sendDraining(this.#drainDelayMs);
  }

  #receiveItem(item: ImageItem__Output): void {
    const problem = this.#itemProblem(item.request_id);
    if (problem === undefined) this.#take(item);
    else this.#fail(status.INVALID_ARGUMENT, problem);
  }

  /** What breaks the protocol about this item; a second item with its id could not be told apart in the answers. */
  #itemProblem(id: number): string | undefined {
    if (this.#state !== 'open') return 'an item came after the end';
    if (id === 0) return 'request_id is 0';
    if (this.#pending.size >= this.#window) return `the window of ${this.#window} unanswered items was overrun`;
    return this.#usedIds.add(id) ? undefined : `request_id ${id} was used before`;
  }

  #take(item: ImageItem__Output): void {
    const id = item.request_id;
    // Entered first: an item that is refused at once is settled before `encode` returns.
    this.#pending.set(id, undefined);
    const image = this.#context.encoder.encode(item, this, (result) => {
      this.#pending.delete(id);
      this.#send({ result });
      this.#endWhenAnswered();
    });
    if (this.#pending.has(id)) this.#pending.set(id, image);
  }

  #send(response: EncodeImagesResponse): void {
    if (this.#state === 'ended') return;
    this.#lastSentAt = performance.now();
    this.#call.write(response);
  }

  #sendDraining(retryDelayMs: number): void {
    this.#send({ flow: { max_in_flight: 0, draining: true, retry_delay_ms: retryDelayMs } });
  }

  #beat(): void {
    const isSilent = performance.now() - this.#lastSentAt >= this.#context.heartbeatMs / 2;
    if (this.#pending.size > 0 && isSilent) this.#send({ flow: {} });
  }

  #halfClose(): void {
    if (this.#state === 'ended') return;
    this.#state = 'half-closed';
    this.#endWhenAnswered();
  }

  #endWhenAnswered(): void {
    if (this.#state !== 'half-closed' || this.#pending.size > 0) return;
    this.#finish();
    this.#call.end();
  }

  #fail(code: status, details: string): void {
    if (this.#state === 'ended') return;
    this.#finish();
    this.#call.emit('error', { code, details } satisfies Partial<StatusObject>);
  }

  #finish(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearInterval(this.#heartbeat);
    for (const image of this.#pending.values()) image?.abandon();
    this.#pending.clear();
    this.#onEnd();
  }
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
