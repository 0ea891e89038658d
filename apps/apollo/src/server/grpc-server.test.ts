import { once } from 'node:events';
import { connect, type Settings } from 'node:http2';
import { CLIP_SERVICE } from '@clip-watch/proto';
import { Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestClient, solidItem } from '../testing/apollo-client.js';
import { type ApolloProcess, startApolloProcess } from '../testing/apollo-process.js';

let apollo: ApolloProcess;
beforeAll(async () => {
  apollo = await startApolloProcess({ listen: '127.0.0.1:0', args: ['--metrics', '127.0.0.1:0'] });
});
afterAll(() => apollo[Symbol.asyncDispose]());

test('lets a client send several pictures ahead over a slow network', async () => {
  const session = connect(`http://${apollo.address}`);
  let settings: Settings = {};
  while ((settings.initialWindowSize ?? 0) <= 65_535)
    [settings] = (await once(session, 'remoteSettings')) as [Settings];
  session.destroy();
  expect(settings.initialWindowSize).toBeGreaterThan(20 * 224 * 224 * 3);
});

test('tells its services by reflection', async () => {
  using client = createTestClient(apollo.address);
  // list_services (field 7), empty.
  const call = client.raw.makeBidiStreamRequest<object, string>(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    () => Buffer.from([0x3a, 0]),
    (bytes) => bytes.toString('latin1'),
    new Metadata(),
  );
  call.write({});
  const [answer] = await once(call, 'data');
  call.end();
  expect(answer).toContain(CLIP_SERVICE);
});

test('counts on a page of its own', async () => {
  using client = createTestClient(apollo.address);
  await client.image(solidItem(1, [1, 2, 3]));
  await client.image({ request_id: 2 });
  const port = /"port":(\d+)/.exec(apollo.stderr())?.[1];
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(page).toContain('apollo_results_total{outcome="encoded"} 1\n');
  expect(page).toContain('apollo_results_total{outcome="invalid_item"} 1\n');
  expect(page).toMatch(/^apollo_children_ready\{lane="vision"\} [1-9]/m);
  expect(page).toMatch(/^apollo_event_loop_p99_seconds 0\.\d+$/m);
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
});
