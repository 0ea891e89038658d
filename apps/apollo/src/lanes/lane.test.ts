import { setTimeout as sleep } from 'node:timers/promises';
import { createRunClock } from '@clip-watch/processes';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ScriptedChild, scriptChildren } from '../testing/scripted-child.js';
import { Lane, type LaneOptions, type LaneOutcome, type Sender, SINGLE_INPUT } from './lane.js';

const LOG = { debug() {}, info() {}, warn() {}, error() {} };
const FAULT = { kind: 'fault', message: 'SIGSEGV' } as const;
const KILLED = { kind: 'killed', message: 'SIGKILL' } as const;

async function openLane(overrides: Partial<LaneOptions<string>> = {}) {
  const children = scriptChildren();
  const lane = new Lane<string, string>({
    name: 'test',
    children: 1,
    maxBatch: 2,
    maxDelayMs: 0,
    depth: 1,
    hangMs: 10_000,
    log: LOG,
    start: children.start,
    isBroken: (output) => output === 'NaN',
    ...overrides,
  });
  if (overrides.onDemand !== true) await lane.open();
  const outcomes = new Map<string, LaneOutcome<string>>();
  const submit = (input: string, sender: Sender = SINGLE_INPUT, deadlineAt?: number) => {
    const settle = (outcome: LaneOutcome<string>): void => {
      if (outcomes.has(input) && outcomes.get(input)?.kind === 'done') throw new Error(`${input} settled twice`);
      outcomes.set(input, outcome);
    };
    const job = { sender, input, settle, ...(deadlineAt === undefined ? {} : { deadlineAt }) };
    lane.submit(job);
    return job;
  };
  const kinds = () => Object.fromEntries([...outcomes].map(([input, { kind }]) => [input, kind]));
  const child = (at: number): ScriptedChild => {
    const found = children.started.at(at);
    if (!found) throw new Error(`no child ${at}`);
    return found;
  };
  /** The child that takes over after a death. */
  const nextChild = async (): Promise<ScriptedChild> => {
    await vi.waitFor(() => expect(child(-1).isGone).toBe(false));
    await sleep(0);
    return child(-1);
  };
  const started = (): number => children.started.length;
  return { lane, submit, kinds, child, nextChild, started, [Symbol.dispose]: () => void lane.close() };
}

/** A stream that may send more. */
const STREAM: Sender = { window: 16, room: 8 };

/** As far as the lane can tell no time passes between these, however busy the machine is. */
function submitAtOnce({ submit }: Awaited<ReturnType<typeof openLane>>, inputs: readonly string[]): void {
  vi.useFakeTimers();
  for (const input of inputs) submit(input, STREAM);
  vi.useRealTimers();
}

test('sends a full batch at once and the rest when a child is free', async () => {
  using lane = await openLane();
  for (const input of ['a', 'b', 'c']) lane.submit(input);
  expect(lane.child(0).batches.map(({ inputs }) => inputs)).toEqual([['a']]);
  lane.child(0).answer();
  expect(lane.child(0).batches.map(({ inputs }) => inputs)).toEqual([['b', 'c']]);
  lane.child(0).answer();
  expect(lane.kinds()).toEqual({ a: 'done', b: 'done', c: 'done' });
});

describe('a batch that is not full', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Five inputs at a steady pace: the first went out alone, the others wait behind it. */
  async function openPaced(sender: Sender, overrides: Partial<LaneOptions<string>> = {}) {
    const lane = await openLane({ maxBatch: 8, maxDelayMs: 1000, ...overrides });
    for (const input of ['a', 'b', 'c', 'd', 'e']) {
      lane.submit(input, sender);
      await vi.advanceTimersByTimeAsync(40);
    }
    const sent = () => lane.child(0).batches.map(({ inputs }) => inputs.join(''));
    expect(sent()).toEqual(['a']);
    return { ...lane, sent };
  }

  test('goes out at once when it is a single input', async () => {
    using lane = await openLane({ maxBatch: 8, maxDelayMs: 1000 });
    lane.submit('a');
    expect(lane.child(0).batches.map(({ inputs }) => inputs)).toEqual([['a']]);
  });

  test('waits for the others while they keep coming', async () => {
    using lane = await openPaced(STREAM);
    lane.child(0).answer();
    for (const input of ['f', 'g', 'h']) {
      expect(lane.sent()).toEqual([]);
      lane.submit(input, STREAM);
      await vi.advanceTimersByTimeAsync(40);
    }
    lane.submit('i', STREAM);
    expect(lane.sent()).toEqual(['bcdefghi']);
    expect(lane.lane.sent).toMatchObject({ batches: 2, inputs: 9 });
  });

  test('goes out when the next input is overdue', async () => {
    using lane = await openPaced(STREAM);
    lane.child(0).answer();
    expect(lane.sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(lane.sent()).toEqual(['bcde']);
  });

  test('goes out at once when its sender has sent all that it may, or half of its window waits here', async () => {
    for (const sender of [
      { window: 16, room: 0 },
      { window: 8, room: 3 },
    ]) {
      using lane = await openPaced(sender);
      lane.child(0).answer();
      expect(lane.sent()).toEqual(['bcde']);
    }
  });

  test('waits no longer than it may, however many keep coming', async () => {
    using lane = await openPaced(STREAM, { maxBatch: 64, maxDelayMs: 200 });
    lane.child(0).answer();
    lane.submit('f', STREAM);
    await vi.advanceTimersByTimeAsync(40);
    expect(lane.sent()).toEqual(['bcdef']);
  });
});

test('has a full batch ready behind the one that runs', async () => {
  using lane = await openLane({ depth: 2, maxDelayMs: 1000 });
  submitAtOnce(lane, ['a', 'b', 'c', 'd', 'e', 'f']);
  expect(lane.child(0).batches.map(({ inputs }) => inputs)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('serves owners in turn', async () => {
  using lane = await openLane({ maxBatch: 2 });
  const [greedy, modest] = [{ ...SINGLE_INPUT }, { ...SINGLE_INPUT }];
  lane.submit('first', greedy);
  for (const input of ['a', 'b', 'c', 'd']) lane.submit(input, greedy);
  lane.submit('x', modest);
  lane.child(0).answer();
  expect(lane.child(0).batches[0]?.inputs).toEqual(['a', 'x']);
});

test('a job that waits can be taken back, one that runs cannot', async () => {
  using lane = await openLane();
  const running = lane.submit('a');
  const waiting = lane.submit('b');
  expect([lane.lane.withdraw(running), lane.lane.withdraw(waiting), lane.lane.withdraw(waiting)]).toEqual([
    false,
    true,
    false,
  ]);
  lane.child(0).answer();
  expect(lane.kinds()).toEqual({ a: 'done' });
});

test('what is too late to start is answered as expired', async () => {
  using lane = await openLane();
  lane.submit('running');
  lane.submit('late', SINGLE_INPUT, performance.now() + 20);
  await vi.waitFor(() => expect(lane.kinds()).toEqual({ late: 'expired' }));
  lane.child(0).answer();
  expect(lane.kinds()).toEqual({ running: 'done', late: 'expired' });
});

test('a crash loses its batch once; the innocent pass alone and the poison is found', async () => {
  using lane = await openLane();
  lane.submit('warm-up');
  lane.submit('innocent');
  lane.submit('poison');
  lane.child(0).answer();
  lane.child(0).end(FAULT);
  expect(lane.kinds()).toEqual({ 'warm-up': 'done', innocent: 'lost', poison: 'lost' });

  const second = await lane.nextChild();
  lane.submit('innocent');
  lane.submit('poison');
  expect(second.batches.map(({ inputs }) => inputs)).toEqual([['innocent']]);
  second.answer();
  expect(second.batches.map(({ inputs }) => inputs)).toEqual([['poison']]);
  second.end(FAULT);
  expect(lane.kinds()).toEqual({ 'warm-up': 'done', innocent: 'done', poison: 'poison' });
});

test('a batch that was not begun blames nobody', async () => {
  using lane = await openLane({ depth: 2, maxBatch: 1 });
  lane.submit('guilty');
  lane.submit('behind');
  lane.child(0).end(FAULT);
  expect(lane.kinds()).toEqual({ guilty: 'lost', behind: 'lost' });
  const second = await lane.nextChild();
  lane.submit('behind');
  second.end(FAULT);
  expect(lane.kinds()).toMatchObject({ behind: 'lost' });
});

test('a kill from outside blames nobody, however often', async () => {
  using lane = await openLane();
  for (let i = 0; i < 5; i++) {
    const child = await lane.nextChild();
    lane.submit('a');
    child.end(KILLED);
    expect(lane.kinds()).toEqual({ a: 'lost' });
  }
});

test('a child that answers numbers that are not finite is replaced, and only that input is suspect', async () => {
  using lane = await openLane({ maxDelayMs: 1000 });
  submitAtOnce(lane, ['good', 'bad']);
  lane.child(0).answer(['good', 'NaN']);
  expect(lane.kinds()).toEqual({ good: 'lost', bad: 'lost' });
  const second = await lane.nextChild();
  lane.submit('bad');
  second.answer(['NaN']);
  expect(lane.kinds()).toMatchObject({ bad: 'poison' });
  expect(second.isGone).toBe(true);
});

test('what lies behind a batch with broken numbers is lost without blame', async () => {
  using lane = await openLane({ depth: 2, maxBatch: 1 });
  lane.submit('bad');
  lane.submit('behind');
  lane.child(0).answer(['NaN']);
  expect(lane.kinds()).toEqual({ bad: 'lost', behind: 'lost' });
  const second = await lane.nextChild();
  lane.submit('behind');
  second.end(FAULT);
  expect(lane.kinds()).toMatchObject({ behind: 'lost' });
});

test('a child that hangs is ended and its input is suspect', async () => {
  using lane = await openLane({ hangMs: 20 });
  lane.submit('endless');
  await vi.waitFor(() => expect(lane.kinds()).toEqual({ endless: 'lost' }));
  const second = await lane.nextChild();
  lane.submit('endless');
  expect(second.batches).toHaveLength(1);
  await vi.waitFor(() => expect(lane.kinds()).toEqual({ endless: 'poison' }));
});

test('closing settles what waits and what runs', async () => {
  const lane = await openLane();
  lane.submit('running');
  lane.submit('waiting');
  await lane.lane.close();
  lane.submit('after');
  expect(lane.kinds()).toEqual({ running: 'closed', waiting: 'closed', after: 'closed' });
});

test('on demand, children start with the first job', async () => {
  using lane = await openLane({ onDemand: true, children: 2 });
  expect(lane.started()).toBe(0);
  lane.submit('a');
  await vi.waitFor(() => expect(lane.lane.readyChildren).toBe(2));
  lane.child(0).answer();
  lane.submit('b');
  expect([lane.kinds(), lane.started()]).toEqual([{ a: 'done' }, 2]);
});

test('opening fails with the words of a child that cannot work', async () => {
  const lane = new Lane<string, string>({
    name: 'test',
    children: 2,
    maxBatch: 1,
    maxDelayMs: 0,
    depth: 1,
    hangMs: 1000,
    log: LOG,
    start(events) {
      queueMicrotask(() => events.onEnd({ kind: 'unusable', message: 'no such output' }));
      return { pid: 1, clock: createRunClock(1), run() {}, kill() {}, dismiss() {} };
    },
  });
  await expect(lane.open()).rejects.toThrow('no such output');
  await lane.close();
});
