import type { ImageItem__Output } from '@clip-watch/proto';
import { type Metadata, status } from '@grpc/grpc-js';
import type { MockModel } from './model.js';
import type { MockApolloOptions, MockCounters, MockReply, SeenItem } from './types.js';
import type { WorkQueue } from './work-queue.js';

/** What the calls of one mock share. */
export interface MockContext {
  readonly options: MockApolloOptions;
  readonly model: MockModel;
  readonly counters: MockCounters;
  readonly seen: SeenItem[];
  readonly work: WorkQueue;
  readonly streams: Set<{ drain(retryDelayMs: number): void }>;
  lastMetadata: Record<string, string>;
  /** As a killed process: every connection is cut. */
  die(): void;
}

const KEPT = 1000;

/** Remembers the item and asks the script about it. */
export function meetItem(context: MockContext, item: ImageItem__Output, unary: boolean): MockReply {
  const { counters, options, seen } = context;
  counters.items++;
  seen.push({
    requestId: item.request_id,
    contentHash: item.ref?.content_hash ?? '',
    libraryId: item.ref?.library_id ?? '',
    relPath: item.ref?.rel_path ?? '',
    payload: item.payload,
    payloadBytes: (item.rgb ?? item.encoded)?.data.length ?? 0,
    timeoutMs: item.timeout_ms,
    unary,
  });
  if (seen.length > KEPT) seen.shift();
  const scripted = options.onItem?.({ serial: counters.items, item, unary });
  if (scripted) return scripted;
  if (options.reject?.has(item.request_id))
    return { kind: 'error', reason: 'ERROR_REASON_UNDECODABLE', retry: 'RETRY_NEVER' };
  return { kind: 'embed' };
}

/** @returns the refusal of a call without the right token */
export function refusal(context: MockContext, metadata: Metadata): { code: number; details: string } | undefined {
  context.lastMetadata = Object.fromEntries(
    Object.entries(metadata.getMap()).map(([key, value]) => [key, value.toString()]),
  );
  const { token } = context.options;
  if (token === undefined || context.lastMetadata.authorization === `Bearer ${token}`) return undefined;
  return { code: status.UNAUTHENTICATED, details: 'a bearer token is needed' };
}
