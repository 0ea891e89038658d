import { spawn } from 'node:child_process';
import { childEnvironment } from '@clip-watch/processes';
import { STARTER_MODEL } from '@clip-watch/watcher';
import { apolloMain } from '../encoder/embedded-apollo.js';
import { HostError } from '../errors.js';
import { changeOf } from '../host/clip-status.js';
import { openStore } from '../host/host.js';
import { type ModelSwitchDeps, rollBackModel, switchModel } from '../host/model-switch.js';
import { openClient, openClientAt, startApollo } from '../host/open-encoder.js';
import { type CommandContext, print, untilStopped } from './command.js';
import { renderChange } from './render.js';

/** `clip-watch model [pull [NAME] | switch [--now] | rollback]` */
export async function model(context: CommandContext): Promise<number> {
  const { command, config } = context;
  const [word, name, ...more] = command.operands;
  if (command.isNow && word !== 'switch') throw new HostError('USAGE', '--now goes with clip-watch model switch');
  if (word === 'pull' && more.length === 0) return pull(context, name ?? config.clipModel ?? undefined);
  if (word === 'switch' && name === undefined)
    return change(context, (deps) => switchModel(deps, { now: command.isNow }));
  if (word === 'rollback' && name === undefined) return change(context, rollBackModel);
  if (word === undefined) return show(context);
  throw new HostError('USAGE', 'clip-watch model takes nothing, or: pull [NAME], switch [--now], rollback');
}

/** With an encoder of its own where the embedded one is meant: that of a running server is the server's. */
async function change(context: CommandContext, act: (deps: ModelSwitchDeps) => Promise<void>): Promise<number> {
  const { config, log } = context;
  {
    await using database = await openStore(config, log);
    await using apollo = config.apolloUrl.embedded
      ? await startApollo(config, log, { threads: 1, signal: context.signal })
      : null;
    await using clipClient = openClient(config, log, apollo);
    const clientAt = (address: string) => openClientAt(config, log, address);
    await untilStopped(context, act({ config, database, clipClient, clientAt, log }));
  }
  return show(context);
}

async function show(context: CommandContext): Promise<number> {
  await using database = await openStore(context.config, context.log);
  const [state, counters] = await Promise.all([database.clipState.read(), database.images.counters()]);
  const { clipModel, clipModelDir } = context.config;
  const underWay = changeOf(state, counters, 0);
  const starter = state.activeModelName === STARTER_MODEL;
  const answer = { ...state, starter, change: underWay, clipModel, clipModelDir };
  print(context, answer, () => [
    state.activeModelVersion === null
      ? 'no photo is encoded yet, so no model is in use'
      : `searched        ${state.activeModelName} (${state.activeModelVersion}, ${state.activeDimension} numbers)${starter ? ': the built-in starter model, which knows colours only' : ''}`,
    ...(state.wantedModelVersion === null
      ? []
      : [`encoded         ${state.modelName} (${state.wantedModelVersion}, ${state.dimension} numbers)`]),
    ...(underWay === null ? [] : renderChange(underWay)),
    `CLIP_MODEL_DIR  ${clipModelDir ?? 'not set'}`,
    `CLIP_MODEL      ${clipModel ?? 'not set'}`,
  ]);
  return 0;
}

/** The encoder fetches its models itself; its words and its exit code are passed on. */
function pull(context: CommandContext, name: string | undefined): Promise<number> {
  const args = [apolloMain(), 'pull', ...(name === undefined ? [] : [name]), '--data-dir', context.config.dataDir];
  const env = childEnvironment({}, { network: true });
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  return new Promise((resolve, reject) => {
    context.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
