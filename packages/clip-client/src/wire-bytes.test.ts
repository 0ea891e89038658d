import { type Http2Peer, startHttp2Peer } from '@clip-watch/apollo-mock';
import { expect, test, vi } from 'vitest';
import { createClipClientOf } from './clip-client.js';
import { collect, describeOutcome, solidImage } from './testing/images.js';
import { SHORT_TIMING } from './testing/timing.js';
import type { ClipClient } from './types.js';

// What the client does on the wire, seen by a server that hides nothing: frames, headers and attempts.

const timing = { ...SHORT_TIMING, keepaliveMs: 50 };
const openClient = (peer: Http2Peer): ClipClient => createClipClientOf({ addresses: [peer.address] }, { timing });
const callsOf = (peer: Http2Peer): string[][] =>
  peer.connections.map(({ calls }) => calls.map((headers) => headers[':path']?.split('/').at(-1) ?? ''));

test('pings go only to the server that promised heartbeats', async () => {
  await using promising = await startHttp2Peer({ heartbeatMs: 40 });
  await using quiet = await startHttp2Peer();
  const peers = [promising, quiet];
  await using one = openClient(promising);
  await using other = openClient(quiet);
  const clients = [one, other];
  await Promise.all(clients.map((client) => client.whenReady()));
  // The promise is heard on the first connection and counts from the second.
  for (const peer of peers) peer.hangUp();
  for (const client of clients) await vi.waitUntil(() => client.health().state !== 'up', { interval: 5 });
  await Promise.all(clients.map((client) => client.whenReady()));
  await vi.waitUntil(() => promising.connections[1]!.pings >= 5, { timeout: 10_000, interval: 20 });
  expect(quiet.connections).toHaveLength(2);
  expect(quiet.connections.map(({ pings }) => pings)).toEqual([0, 0]);
  expect(promising.connections[0]!.pings).toBe(0);
});

test('nothing is compressed, and no compression is announced', async () => {
  await using peer = await startHttp2Peer();
  await using client = openClient(peer);
  const blank = { ...solidImage(1), payload: { ...solidImage(1).payload, data: new Uint8Array(224 * 224 * 3) } };
  expect((await collect(client.encodeImages([blank]))).outcomes.map(describeOutcome)).toEqual(['encoded']);
  const [connection] = peer.connections;
  expect(connection!.calls.map((headers) => headers['grpc-encoding'] ?? 'identity')).toEqual(['identity', 'identity']);
  expect(connection!.messages.map(({ isCompressed }) => isCompressed)).toEqual([false, false]);
  expect(connection!.messages[1]!.bytes).toBeGreaterThan(224 * 224 * 3);
});

test('a refused stream is tried again by our own backoff on a new connection, never by the library', async () => {
  await using peer = await startHttp2Peer({ refusals: 2 });
  await using client = openClient(peer);
  await client.whenReady();
  expect((await collect(client.encodeImages([solidImage(1)]))).outcomes.map(describeOutcome)).toEqual(['encoded']);
  expect(callsOf(peer)).toEqual(new Array(3).fill(['Check', 'EncodeImages']));
});
