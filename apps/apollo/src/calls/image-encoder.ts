import { assertNever } from '@clip-watch/basics';
import type { EncodeResult, ImageItem__Output } from '@clip-watch/proto';
import type { DecodeOutput, VectorOutput } from '../children/child-protocol.js';
import type { Lane, LaneJob, LaneOutcome, Sender } from '../lanes/lane.js';
import type { Counters } from '../server/counters.js';
import { checkItem, type ItemLimits } from './item-check.js';
import { type ItemFailure, toEmbeddingResult, toErrorResult } from './results.js';

export interface ImageEncoderOptions extends ItemLimits {
  readonly vision: Lane<Uint8Array, VectorOutput>;
  readonly decode: Lane<Uint8Array, DecodeOutput>;
  readonly modelVersion: string;
  /** Items that wait for a child, over all streams; above it: OVERLOADED. */
  readonly queueLimit: number;
  /** Bytes of those items. */
  readonly queueBytes: number;
  readonly counters: Counters;
}

/** An item that is being worked on. */
export interface PendingImage {
  /** The sender no longer wants it: answered as cancelled, unless it was too late. */
  cancel(): void;
  /** The sender is gone: never answered. */
  abandon(): void;
}

export interface ImageEncoder {
  /** Calls `settle` exactly once, unless abandoned; maybe before it returns. */
  encode(item: ImageItem__Output, sender: Sender, settle: (result: EncodeResult) => void): PendingImage;
}

/** How long clients stay away from a full queue, within bounds that neither flood nor idle the server. */
const MIN_DELAY_MS = 50;
const MAX_DELAY_MS = 5000;

/** Takes items from any call through check, decoding and the image tower. */
export function createImageEncoder(options: ImageEncoderOptions): ImageEncoder {
  let heldBytes = 0;

  function overload(bytes: number): ItemFailure | undefined {
    const waiting = options.vision.waiting + options.decode.waiting;
    if (waiting < options.queueLimit && heldBytes + bytes <= options.queueBytes) return undefined;
    const wait = options.vision.expectedWaitMs + options.decode.expectedWaitMs;
    const retryDelayMs = Math.round(Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, wait)));
    return { reason: 'ERROR_REASON_OVERLOADED', message: `${waiting} pictures are waiting`, retryDelayMs };
  }

  function encode(item: ImageItem__Output, sender: Sender, settle: (result: EncodeResult) => void): PendingImage {
    const receivedAt = performance.now();
    const deadline = item.timeout_ms > 0 ? { deadlineAt: receivedAt + item.timeout_ms } : {};
    const head = { request_id: item.request_id, content_hash: item.ref?.content_hash ?? '' };
    let queueMs = 0;
    let settled = false;
    let bytes = 0;
    /** Takes the job that is waiting now out of its lane. */
    let withdraw = (): boolean => false;

    function finish(make?: (times: { duration_ms: number; queue_ms: number }) => EncodeResult): void {
      if (settled) return;
      settled = true;
      heldBytes -= bytes;
      if (make === undefined) return;
      const result = make({ duration_ms: Math.round(performance.now() - receivedAt), queue_ms: Math.round(queueMs) });
      options.counters.countResult(result);
      settle(result);
    }
    const fail = (failure: ItemFailure): void => finish((times) => toErrorResult(head, failure, times));

    function enter<Output>(lane: Lane<Uint8Array, Output>, input: Uint8Array, then: (output: Output) => void): void {
      const job: LaneJob<Uint8Array, Output> = {
        sender,
        input,
        ...deadline,
        settle(outcome) {
          if (outcome.kind !== 'done') return fail(failureOf(outcome));
          queueMs += outcome.queueMs;
          if (!settled) then(outcome.output);
        },
      };
      withdraw = () => lane.withdraw(job);
      lane.submit(job);
    }
    function toVision(pixels: Uint8Array): void {
      enter(options.vision, pixels, (output) => {
        if (output.kind === 'not-finite') throw new Error('the lane lets no broken output through');
        finish((times) => toEmbeddingResult(head, output.vector, options.modelVersion, times));
      });
    }
    function toDecode(file: Uint8Array): void {
      enter(options.decode, file, (output) => {
        if (output.kind === 'pixels') toVision(output.data);
        else fail({ reason: `ERROR_REASON_${output.reason}`, message: output.message });
      });
    }

    const checked = checkItem(item, options);
    const refusal = checked.kind === 'failure' ? checked.failure : overload(checked.data.length);
    if (refusal !== undefined) fail(refusal);
    else if (checked.kind !== 'failure') {
      bytes = checked.data.length;
      heldBytes += bytes;
      (checked.kind === 'pixels' ? toVision : toDecode)(checked.data);
    }
    return {
      cancel() {
        if (withdraw()) fail({ reason: 'ERROR_REASON_CANCELLED', message: 'cancelled by the client' });
      },
      abandon() {
        withdraw();
        finish();
      },
    };
  }

  return { encode };
}

function failureOf(outcome: Exclude<LaneOutcome<unknown>, { kind: 'done' }>): ItemFailure {
  switch (outcome.kind) {
    case 'lost':
      return { reason: 'ERROR_REASON_INTERNAL', message: 'the worker that had this picture ended; send it again' };
    case 'poison':
      return { reason: 'ERROR_REASON_UNDECODABLE', message: 'this picture alone ended two workers' };
    case 'expired':
      return { reason: 'ERROR_REASON_DEADLINE', message: 'timeout_ms ran out before a worker was free' };
    case 'closed':
      return { reason: 'ERROR_REASON_INTERNAL', message: 'the server is going away' };
    default:
      return assertNever(outcome);
  }
}
