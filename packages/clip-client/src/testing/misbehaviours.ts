import {
  type Garbage,
  type MockApolloOptions,
  type MockReply,
  startBadPeer,
  startMockApollo,
} from '@clip-watch/apollo-mock';
import type { ClipClientOptions } from '../types.js';

/** One way in which an Apollo can go wrong, and what the client must make of it. */
export interface Misbehaviour {
  readonly name: string;
  start(): Promise<{ readonly address: string } & AsyncDisposable>;
  readonly client?: Partial<ClipClientOptions>;
  /** What becomes of image 3, where the fault is. Several: which one is a matter of timing. */
  readonly victim: readonly string[];
  /** What may become of the others. */
  readonly others: readonly string[];
  /** How the call may end; undefined: it goes on to the last image. */
  readonly ends: readonly (string | undefined)[];
  /** The same images once more, after the fault. */
  readonly again: 'all encoded' | 'the same';
}

type Row = Omit<Misbehaviour, 'name' | 'start' | 'again'> & Partial<Pick<Misbehaviour, 'again'>>;

const VICTIM = (3).toString(16).padStart(64, '0');
const AWAY = ['encoded', 'transient unavailable'] as const;
const GOES_ON = { others: ['encoded'], ends: [undefined] } as const;
const ENDS_AWAY = { others: AWAY, ends: ['UNAVAILABLE'] } as const;
const NOTHING_SENT = { victim: ['not taken'], others: ['not taken'] } as const;

/** The fault meets image 3, the first time that it comes. */
function onVictim(name: string, reply: MockReply, row: Row, options: MockApolloOptions = {}): Misbehaviour {
  const start = (): ReturnType<typeof startMockApollo> => {
    let isSpent = false;
    return startMockApollo({
      ...options,
      onItem: ({ item }) => {
        if (item.ref?.content_hash !== VICTIM || isSpent) return undefined;
        isSpent = true;
        return reply;
      },
    });
  };
  return { name, start, again: 'all encoded', ...row };
}

function garbage(kind: Garbage, name: string, victim: readonly string[], row: Partial<Row> = {}): Misbehaviour {
  return onVictim(name, { kind: 'garbage', garbage: kind }, { ...GOES_ON, victim, ...row });
}

function itemError(name: string, reason: string | number, retry: string | number, victim: string): Misbehaviour {
  return onVictim(name, { kind: 'error', reason, retry }, { ...GOES_ON, victim: [victim] });
}

/** The first stream ends with this status as soon as image 3 comes. */
function streamStatus(code: number, name: string, row: Row): Misbehaviour {
  return onVictim(`stream ends with ${name}`, { kind: 'status', code }, row);
}

/** The first stream is refused with this status. */
function refused(code: number, name: string, ends: string, again: Misbehaviour['again']): Misbehaviour {
  return {
    name: `stream refused with ${name}`,
    start: () =>
      startMockApollo({
        onStream: (serial) => (serial === 1 || again === 'the same' ? { kind: 'refuse', code } : undefined),
      }),
    ...NOTHING_SENT,
    ends: [ends],
    again,
  };
}

function firstStream(
  name: string,
  kind: 'never_accept' | 'result_first' | 'accept_without_model' | 'accept_zero_window' | 'end_after_accept',
): Misbehaviour {
  return {
    name,
    start: () => startMockApollo({ onStream: (serial) => (serial === 1 ? { kind } : undefined) }),
    victim: ['not taken', 'transient unavailable'],
    others: ['not taken', 'transient unavailable'],
    ends: ['UNAVAILABLE'],
    again: 'all encoded',
  };
}

function badPeer(name: string, kind: Parameters<typeof startBadPeer>[0]): Misbehaviour {
  return { name, start: () => startBadPeer(kind), ...NOTHING_SENT, ends: ['UNAVAILABLE'], again: 'the same' };
}

function withMock(name: string, options: MockApolloOptions, row: Row): Misbehaviour {
  return { name, start: () => startMockApollo(options), again: 'the same', ...row };
}

const PROTOCOL = ['transient protocol'];
/** For the rows in which an item waits for nothing. */
const IMPATIENT = { client: { itemTimeoutMs: 1_000 } } as const;
const MISCONFIGURED = { ...NOTHING_SENT, ends: ['MISCONFIGURED'] } as const;

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  garbage('wrong_length', 'embedding one number short', PROTOCOL),
  garbage('empty_vector', 'embedding without bytes', PROTOCOL),
  garbage('nan', 'embedding of NaN', PROTOCOL),
  garbage('infinity', 'embedding of infinities', PROTOCOL),
  garbage('zero_norm', 'embedding of zeros', PROTOCOL),
  garbage('long_norm', 'embedding that is not of unit length', PROTOCOL),
  garbage('wrong_dim', 'embedding of another dimension', PROTOCOL),
  garbage('wrong_version', 'embedding of another model version', PROTOCOL),
  garbage('empty_version', 'embedding without a model version', PROTOCOL),
  garbage('unknown_id', 'answer under an id that was never sent', ['transient timeout'], {
    ends: [undefined, 'UNAVAILABLE'],
    ...IMPATIENT,
  }),
  garbage('zero_id', 'answer under id 0', ['transient timeout'], { ends: [undefined, 'UNAVAILABLE'], ...IMPATIENT }),
  garbage('repeated_id', 'answer sent three times', ['encoded']),
  garbage('wrong_hash', 'answer under another content hash', PROTOCOL),
  garbage('empty_hash', 'answer without a content hash', PROTOCOL),
  garbage('no_outcome', 'answer without an outcome', PROTOCOL),
  garbage('both_outcomes', 'embedding and RETRY_NEVER in one answer', ['permanent undecodable']),
  garbage('empty_message', 'message of no known kind', ['encoded']),
  garbage('second_accepted', 'second accepted, with another model', ['encoded']),
  garbage('truncated_bytes', 'bytes that are no message', ['encoded'], {
    others: AWAY,
    ends: [undefined, 'UNAVAILABLE'],
  }),
  garbage('oversize', 'answer of 3 MB', ['encoded'], { others: AWAY, ends: [undefined, 'UNAVAILABLE'] }),
  itemError('RETRY_NEVER with a reason of a later contract', 99, 'RETRY_NEVER', 'permanent refused'),
  itemError('unknown reason, unknown retry', 99, 77, 'transient internal'),
  itemError('UNDECODABLE with RETRY_LATER', 'ERROR_REASON_UNDECODABLE', 'RETRY_LATER', 'transient internal'),
  itemError('UNDECODABLE without a retry', 'ERROR_REASON_UNDECODABLE', 0, 'transient internal'),
  itemError('OVERLOADED with RETRY_NEVER', 'ERROR_REASON_OVERLOADED', 'RETRY_NEVER', 'transient protocol'),
  itemError(
    'INVALID_ITEM with RETRY_NEVER',
    'ERROR_REASON_INVALID_ITEM',
    'RETRY_NEVER',
    'transient invalid_item (bug)',
  ),
  itemError('OVERLOADED', 'ERROR_REASON_OVERLOADED', 'RETRY_LATER', 'transient overloaded'),
  itemError('INTERNAL for one item', 'ERROR_REASON_INTERNAL', 'RETRY_LATER', 'transient internal'),
  onVictim(
    'no answer to one item, its cancel answered',
    { kind: 'silent' },
    { ...GOES_ON, ...IMPATIENT, victim: ['transient timeout'] },
  ),
  onVictim(
    'no answer to one item, nor to its cancel',
    { kind: 'silent', deaf: true },
    {
      ...IMPATIENT,
      victim: ['transient timeout'],
      others: AWAY,
      ends: [undefined, 'UNAVAILABLE'],
    },
  ),
  onVictim(
    'heartbeats promised, none sent',
    { kind: 'silent', deaf: true },
    { victim: ['transient unavailable'], others: AWAY, ends: [undefined, 'UNAVAILABLE'] },
    { heartbeatMs: 20, heartbeatBroken: true },
  ),
  onVictim(
    'window shut, then opened again',
    { kind: 'flow', maxInFlight: 0, thenMaxInFlight: 2, thenMs: 50 },
    {
      ...GOES_ON,
      victim: ['encoded'],
    },
  ),
  onVictim('drains in the middle', { kind: 'drain' }, { victim: ['encoded'], ...ENDS_AWAY }),
  onVictim(
    'dies in the middle',
    { kind: 'die' },
    { victim: ['transient unavailable'], ...ENDS_AWAY, again: 'the same' },
  ),
  onVictim(
    'ends the stream with OK in the middle',
    { kind: 'end_ok' },
    { victim: ['transient unavailable'], ...ENDS_AWAY },
  ),
  streamStatus(14, 'UNAVAILABLE', { victim: ['transient unavailable'], ...ENDS_AWAY }),
  streamStatus(2, 'UNKNOWN', { victim: ['transient unavailable'], ...ENDS_AWAY }),
  streamStatus(10, 'ABORTED', { victim: ['transient unavailable'], ...ENDS_AWAY }),
  streamStatus(1, 'a CANCELLED that is not ours', { victim: ['transient unavailable'], ...ENDS_AWAY }),
  streamStatus(4, 'DEADLINE_EXCEEDED', { victim: ['transient unavailable'], ...ENDS_AWAY }),
  streamStatus(13, 'INTERNAL: each goes again alone', {
    victim: ['encoded'],
    others: ['encoded'],
    ends: ['UNAVAILABLE'],
  }),
  streamStatus(8, 'RESOURCE_EXHAUSTED: each goes again alone', {
    victim: ['encoded'],
    others: ['encoded'],
    ends: ['UNAVAILABLE'],
  }),
  streamStatus(3, 'INVALID_ARGUMENT', {
    victim: ['transient misconfigured'],
    others: ['encoded', 'transient misconfigured'],
    ends: ['MISCONFIGURED'],
    again: 'the same',
  }),
  refused(14, 'UNAVAILABLE', 'UNAVAILABLE', 'all encoded'),
  refused(8, 'RESOURCE_EXHAUSTED', 'UNAVAILABLE', 'all encoded'),
  refused(13, 'INTERNAL', 'UNAVAILABLE', 'all encoded'),
  refused(7, 'PERMISSION_DENIED', 'MISCONFIGURED', 'the same'),
  refused(12, 'UNIMPLEMENTED', 'MISCONFIGURED', 'the same'),
  refused(9, 'FAILED_PRECONDITION', 'MISCONFIGURED', 'the same'),
  firstStream('stream never accepted', 'never_accept'),
  firstStream('a result before accepted', 'result_first'),
  firstStream('accepted without a model', 'accept_without_model'),
  firstStream('accepted with a window of 0', 'accept_zero_window'),
  firstStream('accepted, then ended', 'end_after_accept'),
  withMock('health: NOT_SERVING', { health: 'NOT_SERVING' }, { ...NOTHING_SENT, ends: ['UNAVAILABLE'] }),
  withMock('no health service', { health: 'none' }, { ...GOES_ON, victim: ['encoded'], again: 'all encoded' }),
  withMock('model without a version', { model: { version: '' } }, { ...NOTHING_SENT, ends: ['UNAVAILABLE'] }),
  withMock('model of 0 dimensions', { model: { embedding_dim: 0 } }, { ...NOTHING_SENT, ends: ['UNAVAILABLE'] }),
  withMock(
    'model still loading',
    { model: { state: 'MODEL_STATE_LOADING' } },
    { ...NOTHING_SENT, ends: ['UNAVAILABLE'] },
  ),
  withMock('refuses the token', { token: 'right' }, { ...MISCONFIGURED, client: { token: 'wrong' } }),
  withMock('another model than the pinned one', {}, { ...MISCONFIGURED, client: { modelVersion: 'clip-9' } }),
  badPeer('TCP connection accepted, not a byte said', 'mute'),
  badPeer('random bytes instead of HTTP/2', 'noise'),
  badPeer('HTTP/1 instead of HTTP/2', 'http1'),
  badPeer('every connection cut at once', 'hang_up'),
];
