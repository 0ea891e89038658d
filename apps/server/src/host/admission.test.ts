import { describe, expect, test } from 'vitest';
import { type Admission, createAdmission } from './admission.js';

/** Work that runs until it is told to end, and says in which order it began. */
function openWork(admission: Admission) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, bytes: number, group: string, signal?: AbortSignal): Promise<string> =>
    admission.run({ bytes, group, signal }, () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(name)));
    });
  const end = async (name: string, running: Promise<string>): Promise<void> => {
    ends.get(name)?.();
    await running;
  };
  return { begun, start, end };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work on request', () => {
  test('is bounded in number, and goes in order', async () => {
    const { begun, start, end } = openWork(createAdmission({ atOnce: 4, bytes: 1_000, waiting: 10 }));
    const running = ['a', 'b', 'c', 'd'].map((name) => start(name, 1, 'one'));
    await settled();
    expect(begun).toEqual(['a', 'b']); // Half of the places.
    await end('a', running[0]!);
    await settled();
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  test('is bounded in bytes, and a piece above the limit runs alone in its group', async () => {
    const admission = createAdmission({ atOnce: 100, bytes: 1_000, waiting: 10 });
    const { begun, start, end } = openWork(admission);
    const huge = [1, 2, 3].map((n) => start(`huge ${n}`, 1e9, 'one'));
    const small = start('small', 1, 'two');
    await settled();
    expect(begun).toEqual(['huge 1', 'small']);
    await end('huge 1', huge[0]!);
    await settled();
    expect(begun).toEqual(['huge 1', 'small', 'huge 2']);
    await end('small', small);
    expect(admission.load()).toMatchObject({ running: 1, waiting: 1 });
  });

  test('of a group that hangs leaves room to the others', async () => {
    const { begun, start, end } = openWork(createAdmission({ atOnce: 4, bytes: 1_000, waiting: 100 }));
    for (let n = 0; n < 50; n++) void start(`hung ${n}`, 1, 'hung');
    for (const name of ['a', 'b', 'c'])
      await Promise.all([start(name, 1, 'well'), settled().then(() => end(name, Promise.resolve(name)))]);
    expect(begun.filter((name) => !name.startsWith('hung'))).toEqual(['a', 'b', 'c']);
  });

  test('that too many wait for is refused', async () => {
    const { start } = openWork(createAdmission({ atOnce: 2, bytes: 1_000, waiting: 2 }));
    for (const name of ['a', 'b', 'c']) void start(name, 1, 'one');
    await expect(start('d', 1, 'one')).rejects.toMatchObject({ code: 'BUSY' });
    void start('e', 1, 'two'); // There is room for it: it does not wait.
  });

  test('that waits is not begun once its caller has left', async () => {
    const admission = createAdmission({ atOnce: 2, bytes: 1_000, waiting: 2 });
    const { begun, start, end } = openWork(admission);
    const first = start('first', 1, 'one');
    const caller = new AbortController();
    const waiting = start('waiting', 1, 'one', caller.signal);
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await end('first', first);
    await settled();
    expect([begun, admission.load()]).toEqual([['first'], { running: 0, bytes: 0, waiting: 0 }]);
  });

  test('that has begun keeps its place to its end, though its caller has left', async () => {
    const admission = createAdmission({ atOnce: 2, bytes: 1_000, waiting: 2 });
    const { begun, start, end } = openWork(admission);
    const caller = new AbortController();
    const left = start('left', 1, 'one', caller.signal);
    await settled();
    caller.abort(new Error('gone'));
    const next = start('next', 1, 'one');
    await settled();
    expect([begun, admission.load().running]).toEqual([['left'], 1]);
    await end('left', left);
    await settled();
    expect(begun).toEqual(['left', 'next']);
    await end('next', next);
  });

  test('that fails gives its place back', async () => {
    const admission = createAdmission({ atOnce: 2, bytes: 1_000, waiting: 2 });
    const fails = (): Promise<never> => Promise.reject(new Error('broken'));
    await expect(admission.run({ bytes: 1, group: 'one' }, fails)).rejects.toThrow('broken');
    expect(admission.load()).toEqual({ running: 0, bytes: 0, waiting: 0 });
  });
});
