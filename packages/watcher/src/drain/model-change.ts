/** Changing from one model to another: the steps that run between passes. */
import type { ClipClient, ClipModel } from '@clip-watch/clip-client';
import type { ClipBacklog } from '../clip-backlog.js';
import type { DrainDeps } from '../drain-types.js';

/** Name of the built-in starter model. */
export const STARTER_MODEL: string = 'palette';

/** What a step of a change of models works with. */
export interface ModelChange extends Pick<DrainDeps, 'log'> {
  /** The table whose models change. */
  readonly backlog: Pick<
    ClipBacklog,
    | 'readModelState'
    | 'activateWantedModel'
    | 'forgetEmbeddings'
    | 'foldWaiting'
    | 'retireModel'
    | 'resetLedger'
    | 'settleLedger'
  >;
  /** Ends the step early; the next one continues. */
  readonly signal?: AbortSignal;
}

/**
 * Advances a change of models as far as possible without an encoder: carries over or drops what is left of the previous
 * model, forgets the failures found with another model, and switches the search over once every photo that it finds is
 * ready. It may be interrupted anywhere: the next call, from any process, continues.
 */
export async function advanceModelChange(change: ModelChange): Promise<void> {
  if (await activate(change, false)) await carryOver(change);
}

/** Switches the search to the wanted model now, ready or not. @returns false when it already uses it */
export function activateNow(change: ModelChange): Promise<boolean> {
  return activate(change, true);
}

async function activate(change: ModelChange, force: boolean): Promise<boolean> {
  const { backlog } = change;
  await carryOver(change);
  await settleLedger(change);
  if (!(await backlog.activateWantedModel({ force }))) return false;
  const { activeModelVersion: to, retiringModelVersion: from } = await backlog.readModelState();
  change.log?.info({ from, to }, 'clip_watch: the search goes over to another model');
  return true;
}

async function carryOver({ backlog, log, signal }: ModelChange): Promise<void> {
  const { activeModelVersion: to, retiringModelVersion: from, retiringModelName } = await backlog.readModelState();
  if (from === null || to === null) return;
  const isDropped = retiringModelName === STARTER_MODEL;
  const until = signal === undefined ? {} : { signal };
  const photos = isDropped
    ? await backlog.forgetEmbeddings({ keep: to, ...until })
    : await backlog.foldWaiting({ version: to, ...until });
  await backlog.retireModel(from);
  log?.info(
    { photos, from, to },
    `clip_watch: photos are ${isDropped ? 'due anew, in another model' : 'carried over to another model'}`,
  );
}

async function settleLedger({ backlog, signal }: ModelChange): Promise<void> {
  const { ledgerModelVersion, wantedModelVersion: wanted } = await backlog.readModelState();
  if (wanted === null || ledgerModelVersion === wanted) return;
  await backlog.resetLedger({ wanted, ...(signal === undefined ? {} : { signal }) });
  await backlog.settleLedger(wanted);
}

/** The models, other than the wanted one, that reachable encoders serve. */
export function otherModels(
  clipClient: Pick<ClipClient, 'health'>,
  wanted: string | null,
): readonly Pick<ClipModel, 'name' | 'version'>[] {
  return clipClient
    .health()
    .encoders.flatMap(({ state, model }) => (state === 'misconfigured' && model !== undefined ? [model] : []))
    .filter(({ version }) => version !== wanted);
}
