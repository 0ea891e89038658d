import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { paintPicture, picture, threadPriorities } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { solidItem } from './testing/apollo-client.js';
import { useApollo } from './testing/use-apollo.js';

const encoder = useApollo({ args: ['--children', '1', '--threads', '2'] });

/** The nice values that the threads of the children of one kind have. */
async function prioritiesOf(kind: string): Promise<number[]> {
  const pids = await encoder.apollo.children();
  const ofKind = pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(kind));
  return [...new Set(ofKind.flatMap((pid) => threadPriorities(pid)).map(({ nice }) => nice))];
}

test.skipIf(!existsSync('/proc/self/task'))('photos are background work in every thread, words are not', async () => {
  const rgb = solidItem(1, [200, 0, 0]).rgb ?? null;
  await encoder.client.image({ request_id: 1, rgb });
  const data = await picture(paintPicture(64, 48), 'jpeg');
  await encoder.client.image({ request_id: 2, encoded: { data } }); // Decoders start with the first one that needs them.
  expect(await prioritiesOf('vision-child')).toEqual([10]);
  // A second one may still be starting.
  await expect.poll(() => prioritiesOf('decode-child'), { timeout: 20_000 }).toEqual([10]);
  expect(await prioritiesOf('text-child')).toEqual([getPriority()]); // 0, but for a run under `nice`
});
