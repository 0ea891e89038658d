import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';

const CALLS = 'socket,connect,bind,fork,vfork,clone,clone3,execve';
const SCRIPT = `
  import { createClipClient } from '${import.meta.resolve('@clip-watch/clip-client')}';
  const client = createClipClient({ addresses: ADDRESSES });
  await client.encodeTexts(['red']).catch(() => {});
  await client.whenReady({ signal: AbortSignal.timeout(200) }).catch(() => {});
  await client.close();
`;

/** @returns the system calls of a process that uses the client, without the threads that every Node process has */
function traceClient(addresses: readonly string[]): string[] {
  using folder = tempFolder();
  const out = join(folder.path, 'trace.txt');
  const script = SCRIPT.replace('ADDRESSES', JSON.stringify(addresses));
  const args = ['-f', '-qq', '-o', out, '-e', `trace=${CALLS}`, process.execPath, '--input-type=module', '-e', script];
  expect(spawnSync('strace', args, { timeout: 60_000 }).status).toBe(0);
  const lines = readFileSync(out, 'utf8').split('\n');
  // The first is the start of Node itself; a clone of a thread shows by its flag, or resumes one that does.
  return lines.slice(1).filter((line) => line !== '' && !/CLONE_THREAD|resumed|exited/.test(line));
}

function hasStrace(): boolean {
  const isThere = spawnSync('strace', ['-V']).status === 0;
  if (!isThere)
    process.stderr.write('\n*** SKIPPED: strace is not here (Debian: strace); disabled is not proved silent. ***\n\n');
  return isThere;
}

test.skipIf(!hasStrace())(
  'disabled: no socket is made and no child is started; enabled, the same look sees one',
  () => {
    expect(traceClient([])).toEqual([]);
    expect(traceClient(['grpc://127.0.0.1:9']).join('\n')).toMatch(/socket\(AF_INET/);
  },
);
