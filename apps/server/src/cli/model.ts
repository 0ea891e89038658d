import { spawn } from 'node:child_process';
import { STARTER_MODEL } from '@clip-watch/watcher';
import { inheritedEnvironment } from '../config/config.js';
import { apolloMain } from '../encoder/embedded-apollo.js';
import { HostError } from '../errors.js';
import { openStore } from '../host/host.js';
import { type CommandContext, print } from './command.js';

/** `clip-watch model [pull [NAME]]` */
export async function model(context: CommandContext): Promise<number> {
  const [word, name, ...more] = context.command.operands;
  if (word === 'pull' && more.length === 0) return pull(context, name ?? context.config.clipModel ?? undefined);
  if (word === 'switch' || word === 'rollback')
    throw new HostError(
      'USAGE',
      'one data folder keeps one real model for now: use another CLIP_WATCH_DATA_DIR for another model',
    );
  if (word !== undefined) throw new HostError('USAGE', 'clip-watch model takes nothing, or: pull [NAME]');
  return show(context);
}

async function show(context: CommandContext): Promise<number> {
  await using database = await openStore(context.config, context.log);
  const state = await database.clipState.read();
  const { clipModel, clipModelDir } = context.config;
  const answer = { ...state, starter: state.modelName === STARTER_MODEL, clipModel, clipModelDir };
  print(context, answer, () => [
    state.activeModelVersion === null
      ? 'no photo is encoded yet, so no model is in use'
      : `${state.modelName} (${state.activeModelVersion}, ${state.dimension} numbers)${answer.starter ? ': the built-in starter model, which knows colours only' : ''}`,
    `CLIP_MODEL_DIR  ${clipModelDir ?? 'not set'}`,
    `CLIP_MODEL      ${clipModel ?? 'not set'}`,
  ]);
  return 0;
}

/** The encoder fetches its models itself; its words and its exit code are passed on. */
function pull(context: CommandContext, name: string | undefined): Promise<number> {
  const args = [apolloMain(), 'pull', ...(name === undefined ? [] : [name]), '--data-dir', context.config.dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: inheritedEnvironment() });
  return new Promise((resolve, reject) => {
    context.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
