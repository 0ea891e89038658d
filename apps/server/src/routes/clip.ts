import type { FastifyInstance } from 'fastify';
import {
  type ApiClipSettings,
  CLIP_SETTINGS,
  FAILURE_QUERY,
  FAILURES,
  MODEL_SWITCH,
  type Output,
  RETRY_ANSWER,
  RETRY_REQUEST,
  SETTINGS_CHANGE,
  STATUS,
} from '../api/index.js';
import type { SettingSource } from '../config/config.js';
import type { KeptSettings } from '../config/kept-settings.js';
import { SETTINGS } from '../config/settings.js';
import type { Host } from '../host/host.js';
import { rollBackModel, switchModel } from '../host/model-switch.js';
import { formatQuietHours } from '../host/quiet-hours.js';
import { addRoute } from '../http/route.js';
import { toApiFailure } from '../photos/explain.js';
import { readFailureGroups } from '../photos/failure-groups.js';

/** `/api/clip` */
export function addClipRoutes(app: FastifyInstance, host: Host): void {
  addProgressRoutes(app, host);
  addModelRoutes(app, host);
  addFailureRoutes(app, host);
}

function addProgressRoutes(app: FastifyInstance, host: Host): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/clip/status',
    summary: 'How much is encoded, by what, and how long the rest takes',
    answer: STATUS,
    handle: () => host.status(),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/clip/pause',
    summary: 'Stops encoding until it is resumed; scans and searches go on',
    answer: STATUS,
    async handle() {
      host.control.pause();
      await keep(host, { isPaused: true });
      return host.status();
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/clip/resume',
    summary: 'Goes on encoding, and looks again at once whether a misconfiguration is gone',
    answer: STATUS,
    async handle() {
      host.control.resume();
      await keep(host, { isPaused: false });
      return host.status();
    },
  });
  addRoute(app, {
    method: 'PATCH',
    url: '/api/clip/settings',
    summary: 'Changes settings at once, and for the next starts too unless the environment or a flag sets them',
    body: SETTINGS_CHANGE,
    answer: CLIP_SETTINGS,
    handle: ({ body }) => changeSettings(host, body),
  });
}

function addModelRoutes(app: FastifyInstance, host: Host): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/clip/model/switch',
    summary: 'Encodes all photos in the other model that an encoder serves; with now the search goes over at once',
    body: MODEL_SWITCH,
    answer: STATUS,
    async handle({ body }) {
      await switchModel(host, { now: body.now ?? false });
      host.drain?.wake();
      return host.status();
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/clip/model/rollback',
    summary: 'Takes a change of models back while the search is still in the model of before',
    answer: STATUS,
    async handle() {
      await rollBackModel(host);
      host.drain?.wake();
      return host.status();
    },
  });
}

async function changeSettings(host: Host, change: Output<typeof SETTINGS_CHANGE>): Promise<ApiClipSettings> {
  const { concurrency, quietHours } = change;
  if (concurrency !== undefined) host.clipClient.setConcurrency(concurrency);
  if (quietHours !== undefined) host.control.setQuietHours(quietHours);
  const isKept = await keep(host, {
    ...(concurrency === undefined ? {} : { clipEncodeConcurrency: concurrency }),
    ...(quietHours === undefined ? {} : { clipQuietHours: quietHours === null ? '' : formatQuietHours(quietHours) }),
  });
  const quiet = host.control.quietHours;
  return {
    concurrency: host.clipClient.concurrency,
    quietHours: quiet === null ? null : formatQuietHours(quiet),
    notice: isKept ? pinnedNotice(host.config, change) : 'It could not be saved, so it holds until the next start.',
  };
}

/** What is changed works at once in any case; a disk that cannot be written only shortens how long. */
async function keep({ kept, log }: Host, change: KeptSettings): Promise<boolean> {
  if (Object.keys(change).length === 0) return true;
  try {
    await kept.keep(change);
    return true;
  } catch (err) {
    log.warn({ err }, 'a changed setting could not be saved; it holds until the next start');
    return false;
  }
}

const PINS: ReadonlySet<SettingSource> = new Set(['environment', 'flag']);

function pinnedNotice({ sources }: Host['config'], change: Output<typeof SETTINGS_CHANGE>): string | null {
  const changed = [
    ...(change.concurrency === undefined ? [] : ['clipEncodeConcurrency' as const]),
    ...(change.quietHours === undefined ? [] : ['clipQuietHours' as const]),
  ];
  const pinned = changed.filter((name) => PINS.has(sources[name])).map((name) => SETTINGS[name].env);
  if (pinned.length === 0) return null;
  return `${pinned.join(' and ')} set in the environment or by a flag win again at the next start.`;
}

function addFailureRoutes(app: FastifyInstance, { database, keeper, plugins }: Host): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/clip/failures',
    summary: 'Photos that could not be encoded, with their reasons',
    query: FAILURE_QUERY,
    answer: FAILURES,
    async handle({ query }) {
      const libraryId = query.library;
      const filter = {
        ...(libraryId === undefined ? {} : { libraryId }),
        ...(query.reason === undefined ? {} : { reason: query.reason }),
      };
      const cursor = query.cursor === undefined ? {} : { cursor: query.cursor };
      const page = await database.images.pageFailures({ ...filter, ...cursor, limit: query.limit });
      return {
        groups: await readFailureGroups(database, libraryId),
        items: page.items.map(toApiFailure),
        nextCursor: page.nextCursor,
      };
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/clip/failures/retry',
    summary: 'Tries failed photos again: some by id, all of one reason, or all',
    body: RETRY_REQUEST,
    answer: RETRY_ANSWER,
    async handle({ body }) {
      const requeued = await database.images.requeue(toSelection(body));
      for (const library of await keeper.pluginLibraries()) plugins.tick(library);
      return { requeued };
    },
  });
}

function toSelection(body: Output<typeof RETRY_REQUEST>): Parameters<Host['database']['images']['requeue']>[0] {
  if ('ids' in body) return { ids: body.ids };
  if ('all' in body) return { all: true };
  return { reason: body.reason, ...(body.library === undefined ? {} : { libraryId: body.library }) };
}
