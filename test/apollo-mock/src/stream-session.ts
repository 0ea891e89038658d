import type {
  EncodeImagesRequest__Output,
  EncodeImagesResponse,
  FlowUpdate,
  ImageItem__Output,
  StreamOpen__Output,
} from '@clip-watch/proto';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { type MockContext, meetItem, refusal } from './context.js';
import { checkItem, errorResult, garbageMessages, goodResult, type Outgoing } from './results.js';
import type { MockReply, MockStreamFault } from './types.js';

type Call = ServerDuplexStream<EncodeImagesRequest__Output, EncodeImagesResponse>;

interface HeldItem {
  readonly item: ImageItem__Output;
  readonly reply: MockReply;
}

const CANCELLED = { kind: 'error', reason: 'ERROR_REASON_CANCELLED', retry: 'RETRY_LATER' } as const;

/**
 * One EncodeImages stream. States: `new` until the open message, `open`, `closing` once the client half-closed (what
 * is held is still answered), `ended`.
 */
export class StreamSession {
  readonly #held = new Map<number, HeldItem>();
  readonly #used = new Set<number>();
  readonly #serial: number;
  #state: 'new' | 'open' | 'closing' | 'ended' = 'new';
  // The widest window ever granted: items may have been sent before a narrower one arrived.
  #granted = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  readonly #call: Call;
  readonly #context: MockContext;

  constructor(call: Call, context: MockContext) {
    this.#call = call;
    this.#context = context;
    this.#serial = ++context.counters.encodeImages;
    context.streams.add(this);
    call.on('data', (message) => this.#onMessage(message));
    call.on('error', () => this.#leave());
    call.on('cancelled', () => this.#leave());
    call.on('end', () => this.#onHalfClose());
    const refused = refusal(context, call.metadata);
    if (refused) this.#fail(refused.code, refused.details);
  }

  drain(retryDelayMs: number): void {
    this.#flow({ draining: true, retry_delay_ms: retryDelayMs });
  }

  #onMessage(message: EncodeImagesRequest__Output): void {
    if (this.#state === 'ended') return;
    if (message.request === 'open' && message.open) this.#onOpen(message.open);
    else if (this.#state === 'new') this.#breach('no open message first');
    else if (message.request === 'item' && message.item) this.#onItem(message.item);
    else if (message.request === 'cancel' && message.cancel) this.#onCancel(message.cancel.request_id);
    else this.#breach('a message without a request');
  }

  #onOpen(open: StreamOpen__Output): void {
    const wanted = open.model?.version;
    if (this.#state !== 'new') this.#breach('opened twice');
    else if (wanted && wanted !== this.#context.model.version)
      this.#fail(status.FAILED_PRECONDITION, `${wanted} is not served here`);
    else this.#meet(this.#context.options.onStream?.(this.#serial));
  }

  #meet(fault: MockStreamFault | undefined): void {
    this.#state = 'open';
    switch (fault?.kind) {
      case 'refuse':
        this.#fail(fault.code, fault.details ?? 'scripted');
        break;
      case 'never_accept':
        break;
      case 'result_first':
        this.#send({ result: { request_id: 1, content_hash: 'a' } });
        break;
      case 'accept_without_model':
        this.#accept(16, false);
        break;
      case 'accept_zero_window':
        this.#accept(0);
        break;
      case 'end_after_accept':
        this.#accept(16);
        this.#finish();
        break;
      default:
        this.#accept(this.#context.options.maxInFlight ?? 16);
    }
  }

  #accept(maxInFlight: number, withModel = true): void {
    const { heartbeatMs = 0, heartbeatBroken } = this.#context.options;
    this.#granted = maxInFlight;
    this.#send({
      accepted: {
        model: withModel ? this.#context.model : null,
        max_in_flight: maxInFlight,
        server_version: 'apollo-mock',
        server_instance_id: `mock-${process.pid}`,
        heartbeat_ms: heartbeatMs,
      },
    });
    if (heartbeatMs > 0 && !heartbeatBroken)
      this.#heartbeat = setInterval(() => this.#held.size > 0 && this.#flow({}), heartbeatMs);
  }

  #onItem(item: ImageItem__Output): void {
    if (item.request_id === 0 || this.#used.has(item.request_id)) {
      this.#breach(`request_id ${item.request_id} used again`);
      return;
    }
    this.#used.add(item.request_id);
    const reply = meetItem(this.#context, item, false);
    this.#held.set(item.request_id, { item, reply });
    const { counters } = this.#context;
    counters.mostInFlight = Math.max(counters.mostInFlight, this.#held.size);
    if (this.#held.size > this.#granted) this.#breach(`${this.#held.size} items unanswered, ${this.#granted} granted`);
    else this.#carryOut(item, reply);
  }

  #carryOut(item: ImageItem__Output, reply: MockReply): void {
    switch (reply.kind) {
      case 'error':
        this.#answerLater(item, reply.delayMs, () => [{ result: errorResult(item, reply) }]);
        break;
      case 'garbage':
        this.#answer(item, garbageMessages(item, reply.garbage, this.#context.model));
        break;
      case 'silent':
        break;
      case 'status':
        this.#fail(reply.code, reply.details ?? 'scripted');
        break;
      case 'end_ok':
        this.#finish();
        break;
      case 'die':
        this.#context.die();
        break;
      default:
        this.#announce(reply);
        this.#embed(item, reply.kind === 'embed' ? reply.delayMs : undefined);
    }
  }

  #announce(reply: MockReply): void {
    if (reply.kind === 'drain') this.drain(reply.retryDelayMs ?? 0);
    if (reply.kind !== 'flow') return;
    const { maxInFlight, thenMaxInFlight, thenMs = 0 } = reply;
    this.#granted = Math.max(this.#granted, maxInFlight, thenMaxInFlight ?? 0);
    this.#flow({ max_in_flight: maxInFlight });
    if (thenMaxInFlight !== undefined)
      this.#context.work.run(thenMs, () => this.#flow({ max_in_flight: thenMaxInFlight }));
  }

  #embed(item: ImageItem__Output, delayMs: number | undefined): void {
    const { model } = this.#context;
    this.#answerLater(item, delayMs, () => [{ result: checkItem(item, model) ?? goodResult(item, model) }]);
  }

  #answerLater(item: ImageItem__Output, delayMs: number | undefined, messages: () => Outgoing[]): void {
    const { options, work } = this.#context;
    work.run(delayMs ?? options.delayMs ?? 0, () => {
      if (this.#state !== 'ended') this.#answer(item, messages());
    });
  }

  #onCancel(requestId: number): void {
    this.#context.counters.cancels++;
    const held = this.#held.get(requestId);
    if (held?.reply.kind === 'silent' && !held.reply.deaf)
      this.#answer(held.item, [{ result: errorResult(held.item, CANCELLED) }]);
  }

  #onHalfClose(): void {
    this.#context.counters.halfCloses++;
    if (this.#state === 'ended') return;
    this.#state = 'closing';
    if (this.#held.size === 0) this.#finish();
  }

  #answer(item: ImageItem__Output, messages: readonly Outgoing[]): void {
    if (!this.#held.delete(item.request_id)) return;
    for (const message of messages) this.#send(message);
    if (this.#state === 'closing' && this.#held.size === 0) this.#finish();
  }

  #flow(update: FlowUpdate): void {
    this.#send({ flow: update });
  }

  #send(message: Outgoing): void {
    // A RawMessage is no message by type: the patched serializer of the service knows it.
    if (this.#state !== 'ended') this.#call.write(message as EncodeImagesResponse);
  }

  #breach(what: string): void {
    this.#context.counters.breaches.push(what);
    this.#fail(status.INVALID_ARGUMENT, what);
  }

  #finish(): void {
    this.#leave();
    this.#call.end();
  }

  #fail(code: number, details: string): void {
    this.#leave();
    this.#call.emit('error', Object.assign(new Error(details), { code, details }));
  }

  #leave(): void {
    this.#state = 'ended';
    clearInterval(this.#heartbeat);
    this.#context.streams.delete(this);
  }
}
