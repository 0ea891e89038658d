import { readdirSync } from 'node:fs';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { createTestClient, solidItem } from './testing/apollo-client.js';
import { startApolloProcess } from './testing/apollo-process.js';

test('onnxruntime keeps no device id and nothing else that it could report', async () => {
  using home = tempFolder();
  // Left to itself it makes a folder of its own here as soon as a model is loaded.
  await using apollo = await startApolloProcess({ env: { HOME: home.path, XDG_CACHE_HOME: home.path } });
  using client = createTestClient(apollo.address);
  expect((await client.image(solidItem(1, [200, 0, 0]))).outcome).toBe('embedding');
  expect(readdirSync(home.path, { recursive: true })).toEqual([]);
});
