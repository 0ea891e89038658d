import { deadlineSignal } from '@clip-watch/basics';
import type { ClipClient, ClipModel } from '@clip-watch/clip-client';
import type { ClipModelState, Database } from '@clip-watch/db';
import { activateNow, STARTER_MODEL } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import type { Config } from '../config/config.js';
import type { EmbeddedApollo } from '../encoder/embedded-apollo.js';
import { HostError, messageOf } from '../errors.js';

export interface ModelSwitchDeps {
  readonly config: Pick<Config, 'clipModel' | 'clipModelDir' | 'apolloUrl'>;
  readonly database: Pick<Database, 'clipState' | 'backlog'>;
  readonly clipClient: Pick<ClipClient, 'isEnabled' | 'health'>;
  /** A client of this encoder alone, which accepts any model. */
  clientAt(address: string): ClipClient;
  readonly log: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
}

/** An encoder that does not answer holds up the answers of the others for no longer than this. */
const MEETING_MS = 5_000;

/**
 * Starts to encode photos in the other model that an encoder serves. Searches keep using the active model until every
 * photo that they find has its new vector. With `now` they switch at once, even if the change is already under way.
 * @throws HostError MODEL_SWITCH with one sentence why nothing changes
 */
export async function switchModel(deps: ModelSwitchDeps, { now }: { readonly now: boolean }): Promise<void> {
  const state = await deps.database.clipState.read();
  const isOther = await switchToOther(deps, state);
  const isUnderWay = state.activeModelVersion !== state.wantedModelVersion;
  if (!isOther && !isUnderWay)
    throw new HostError(
      'MODEL_SWITCH',
      `the encoder serves the model of the photos already (${state.modelName}, ${state.wantedModelVersion}): start it with the other model first`,
    );
  if (now) await activateNow({ backlog: deps.database.backlog, log: deps.log });
}

/** @throws HostError MODEL_SWITCH when no change is under way */
export async function rollBackModel({ database, log }: ModelSwitchDeps): Promise<void> {
  if (!(await database.clipState.rollBack()))
    throw new HostError(
      'MODEL_SWITCH',
      'no change of models is under way: once the search went over, only another switch leads back',
    );
  const { wantedModelVersion } = await database.clipState.read();
  log.info({ to: wantedModelVersion }, 'the change of models was taken back');
}

/**
 * Where the embedded encoder is the only one, a changed CLIP_MODEL or CLIP_MODEL_DIR starts a change of models. An
 * unchanged setting with a different model behind it does not. Neither does the starter model: forgetting a setting
 * once must not encode everything again.
 */
export async function followModelSetting(deps: ModelSwitchDeps, apollo: EmbeddedApollo | null): Promise<void> {
  const { config, database, log } = deps;
  if (apollo === null || config.apolloUrl.addresses.length > 0) return;
  const state = await database.clipState.read();
  const { wantedModelVersion, modelName, modelSetting } = state;
  const isSame = wantedModelVersion === null || wantedModelVersion === apollo.modelVersion;
  if (isSame || modelName === STARTER_MODEL) return database.clipState.keepSetting(settingOf(config));
  if (modelSetting === null || modelSetting === settingOf(config) || apollo.modelName === STARTER_MODEL) {
    log.warn(
      { wantedModelVersion, served: apollo.modelVersion },
      'the encoder serves another model than the photos are in',
    );
    return;
  }
  await switchToOther(deps, state);
}

async function switchToOther(deps: ModelSwitchDeps, state: ClipModelState): Promise<boolean> {
  const { database, log } = deps;
  const from = state.wantedModelVersion;
  if (from === null)
    throw new HostError('MODEL_SWITCH', 'no photo is encoded yet: the first encoder that is met decides the model');
  const model = await findOther(deps, from);
  if (model === undefined) return false;
  const { version, name, dimension } = model;
  await database.clipState.switchTo(from, { version, name, dimension });
  await database.clipState.keepSetting(settingOf(deps.config));
  log.info({ from, to: version, name }, 'photos change to another model; the search follows when they are ready');
  return true;
}

/**
 * Asks each encoder separately: the client that encodes accepts one model only, and may not have met the others yet.
 */
async function findOther(deps: ModelSwitchDeps, wanted: string): Promise<ClipModel | undefined> {
  if (!deps.clipClient.isEnabled)
    throw new HostError('MODEL_SWITCH', 'no encoder is configured (APOLLO_URL=disabled), so there is no other model');
  const { encoders } = deps.clipClient.health();
  const asked = await Promise.allSettled(encoders.map(({ address }) => askModel(deps, address)));
  const models = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (models.length > 0) return models.find(({ version }) => version !== wanted);
  const [cause] = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  throw new HostError('MODEL_SWITCH', `no encoder answers, so there is no other model: ${messageOf(cause)}`, { cause });
}

async function askModel({ clientAt }: ModelSwitchDeps, address: string): Promise<ClipModel> {
  await using client = clientAt(address);
  return await client.whenReady({ signal: deadlineSignal(MEETING_MS) });
}

function settingOf({ clipModel, clipModelDir }: ModelSwitchDeps['config']): string {
  return JSON.stringify({ clipModel, clipModelDir });
}
