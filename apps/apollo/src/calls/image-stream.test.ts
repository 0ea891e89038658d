import { status } from '@grpc/grpc-js';
import { describe, expect, test, vi } from 'vitest';
import { createTestClient, solidItem, type TestStream } from '../testing/apollo-client.js';
import { startApolloProcess } from '../testing/apollo-process.js';
import { useApollo } from '../testing/use-apollo.js';

const RED = [200, 0, 0] as const;

describe('one EncodeImages stream', () => {
  const served = useApollo();
  const openStream = async (window = 8): Promise<TestStream> => {
    const stream = served.client.stream();
    await stream.open(window);
    return stream;
  };

  test.each([
    ['an item before open', (stream: TestStream) => stream.send(solidItem(1, RED))],
    ['a cancel before open', (stream: TestStream) => void stream.call.write({ cancel: { request_id: 1 } })],
  ])('%s ends it with INVALID_ARGUMENT', async (_name, act) => {
    const stream = served.client.stream();
    act(stream);
    expect((await stream.status).code).toBe(status.INVALID_ARGUMENT);
  });

  test.each([
    ['a second open', (stream: TestStream) => void stream.call.write({ open: {} })],
    ['request_id 0', (stream: TestStream) => stream.send(solidItem(0, RED))],
    ['a reused id', (stream: TestStream) => [5, 5].map((id) => stream.send(solidItem(id, RED)))],
    [
      'a window overrun',
      (stream: TestStream) => Array.from({ length: 200 }, (_, i) => stream.send(solidItem(i + 1, RED))),
    ],
  ])('%s ends it with INVALID_ARGUMENT', async (_name, act) => {
    const stream = await openStream(8);
    act(stream);
    expect((await stream.status).code).toBe(status.INVALID_ARGUMENT);
  });

  test('an id that was answered long ago may not come again', async () => {
    const stream = await openStream();
    stream.send(solidItem(7, RED));
    await stream.next(({ result }) => result);
    stream.send(solidItem(7, RED));
    expect(await stream.status).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('7') });
  });

  test.each([
    [{ name: 'other-model' }, 'other-model'],
    [{ version: 'sha256:0' }, 'sha256:0'],
  ])('a model that is not served (%o) ends it with FAILED_PRECONDITION', async (model, named) => {
    const stream = served.client.stream();
    stream.call.write({ open: { model } });
    expect(await stream.status).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining(named),
    });
  });

  test('grants what is asked for, up to its own bound', async () => {
    const grants = await Promise.all([1, 33, 100_000].map((wanted) => served.client.stream().open(wanted)));
    expect(grants.map(({ max_in_flight }) => max_in_flight)).toEqual([1, 33, 256]);
    const unasked = await served.client.stream().open(0);
    expect(unasked.max_in_flight).toBeGreaterThan(0);
    expect(unasked.heartbeat_ms).toBeGreaterThan(0);
  });

  test('bad items are results beside good ones, and the stream goes on', async () => {
    const stream = await openStream();
    stream.send({ request_id: 1, ref: { content_hash: 'a' } });
    stream.send({ request_id: 2, rgb: { width: 224, height: 224, data: Buffer.alloc(5) } });
    stream.send({ request_id: 3, encoded: { data: Buffer.from('no picture at all'), media_type: 'image/jpeg' } });
    stream.send({ request_id: 4, encoded: { data: Buffer.from('\xff\xd8\xff\xe0 cut off', 'latin1') } });
    stream.send(solidItem(5, RED));
    stream.call.end();
    expect((await stream.status).code).toBe(status.OK);
    const errors = Object.fromEntries(stream.results.map((result) => [result.request_id, result.error]));
    expect(errors).toMatchObject({
      1: { reason: 'ERROR_REASON_INVALID_ITEM', retry: 'RETRY_LATER' },
      2: { reason: 'ERROR_REASON_INVALID_ITEM', retry: 'RETRY_LATER' },
      3: { reason: 'ERROR_REASON_UNDECODABLE', retry: 'RETRY_NEVER' },
      4: { reason: 'ERROR_REASON_UNDECODABLE', retry: 'RETRY_NEVER' },
    });
    expect(errors[5]).toBeUndefined();
    expect(stream.results).toHaveLength(5);
  });

  test('messages of a later version are ignored', async () => {
    const stream = await openStream();
    stream.call.write({});
    stream.send(solidItem(1, RED));
    expect(await stream.next(({ result }) => result)).toMatchObject({ request_id: 1, outcome: 'embedding' });
  });

  test('a client that goes away leaves nothing behind', async () => {
    const stream = await openStream(256);
    for (let id = 1; id <= 200; id++) stream.send(solidItem(id, RED));
    stream.call.cancel();
    expect((await stream.status).code).toBe(status.CANCELLED);
    expect((await served.client.image(solidItem(1, RED))).outcome).toBe('embedding');
  });
});

describe('while its only child is stopped', () => {
  test('it says something within the heartbeat, cancels and expires what waits, and answers the rest', async () => {
    await using apollo = await startApolloProcess({ args: ['--children', '1', '--batch', '1'] });
    using client = createTestClient(apollo.address);
    const stream = client.stream();
    const { heartbeat_ms } = await stream.open(64);
    const pids = await apollo.children();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      for (let id = 1; id <= 10; id++) stream.send(solidItem(id, RED));
      stream.send({ ...solidItem(11, RED), timeout_ms: 50 });
      stream.call.write({ cancel: { request_id: 10 } });
      stream.call.write({ cancel: { request_id: 999 } });
      await vi.waitFor(() => expect(stream.results).toHaveLength(2), 5000);
      expect(Object.fromEntries(stream.results.map(({ request_id, error }) => [request_id, error?.reason]))).toEqual({
        10: 'ERROR_REASON_CANCELLED',
        11: 'ERROR_REASON_DEADLINE',
      });
      await vi.waitFor(() => expect(stream.messages.some(({ flow }) => flow)).toBe(true), heartbeat_ms * 2);
      expect(stream.messages.find(({ flow }) => flow)?.flow).toMatchObject({ draining: false });
      expect(stream.messages.find(({ flow }) => flow)?.flow?.max_in_flight).toBeUndefined();
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await vi.waitFor(() => expect(stream.results).toHaveLength(11), 10_000);
  });
});
