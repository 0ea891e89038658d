import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { HUB_MODEL } from './hub-server.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MOUNT = 'mount -t tmpfs -o size="$SIZE" none "$DISK"';

/** A disk of its own needs namespaces, which some containers forbid: then it says so loudly. */
export function canMountDisk(): boolean {
  const env = { ...process.env, SIZE: '1m', DISK: '/mnt' };
  if (spawnSync('unshare', ['-rm', 'sh', '-c', MOUNT], { env }).status === 0) return true;
  process.stderr.write(
    '\n*** SKIPPED: no mount namespace (unshare -rm), so the tests on a full disk do not run. ***\n\n',
  );
  return false;
}

/**
 * Runs a shell script that has a disk of so many megabytes at `$DISK`, a command `pull` that fetches the hub's model
 * onto it, and `$SIGNALS`, a folder that it shares with the test (`$EXPECTED`: its file `expected`). The disk is gone when
 * the script ends.
 */
export async function runOnSmallDisk(options: {
  readonly megabytes: number;
  readonly script: string;
  readonly hub: string;
  readonly signals: string;
}): Promise<{ readonly text: string }> {
  const pull = `pull() { "$NODE" "$MAIN" pull "$MODEL" --data-dir "$DISK" 2>&1; }`;
  const child = spawn('unshare', ['-rm', 'sh', '-c', `${MOUNT} && ${pull}\n${options.script}`], {
    env: {
      PATH: process.env.PATH,
      SIZE: `${options.megabytes}m`,
      DISK: '/mnt',
      SIGNALS: options.signals,
      EXPECTED: `${options.signals}/expected`,
      NODE: process.execPath,
      MAIN,
      MODEL: HUB_MODEL,
      CLIP_MODEL_MIRROR: options.hub,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  return { text };
}
