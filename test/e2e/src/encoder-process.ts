import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const APOLLO = fileURLToPath(new URL('../../../apps/apollo/dist/main.js', import.meta.url));

/** The folder of the starter model, which may be served as any other. */
export const PALETTE: string = fileURLToPath(new URL('../../../apps/apollo/models/palette', import.meta.url));

/** An encoder of its own, once it serves. */
export async function startEncoder(address: string, modelFolder: string = PALETTE): Promise<ChildProcess> {
  const args = [APOLLO, '--listen', address, '--model-dir', modelFolder, '--children', '1'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout!, 'data'); // It says that it listens.
  return child;
}

export async function endEncoder(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
