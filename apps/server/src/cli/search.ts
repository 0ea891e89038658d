import { deadlineSignal } from '@clip-watch/basics';

import type { ApiSearchAnswer } from '../api/index.js';
import { HostError } from '../errors.js';
import { type Host, openHost } from '../host/host.js';
import type { SearchQuery } from '../search/search-service.js';
import { type CommandContext, encoderPatienceMs, print, untilStopped } from './command.js';
import { renderHits } from './render.js';

/** `clip-watch search "words" [--limit N] [--not "words"]` */
export async function search(context: CommandContext): Promise<number> {
  const text = context.command.operands.join(' ').trim();
  if (text === '') throw new HostError('USAGE', 'clip-watch search takes words, like: clip-watch search "a red car"');
  await using host = await openHost(context.config, context.log, context.signal);
  const { not } = context.command;
  return await printHits(context, host, { kind: 'text', text, ...(not === undefined ? {} : { notText: not }) });
}

/** Waits for the whole index, then searches and prints. */
export async function printHits(context: CommandContext, host: Host, query: SearchQuery): Promise<number> {
  await untilStopped(context, host.search.index.whenLoaded());
  if (host.search.needsEncoder(query)) await waitForEncoder(host, context);
  // Who names a number of photos wants so many, with their scores: nothing is left out here.
  const page = { filter: {}, limit: context.command.limit, offset: 0, minScore: -1, signal: context.signal };
  const answer: ApiSearchAnswer = await host.search.search(query, page);
  const roots = new Map((await host.keeper.list()).map(({ id, rootPath }) => [id, rootPath]));
  if (answer.notice !== null) context.io.err(`clip-watch: ${answer.notice}\n`);
  print(context, answer, () => renderHits({ ...answer, roots }));
  return 0;
}

const ENCODER_PATIENCE_MS = 15_000;

/** An encoder that was just started needs a moment; one that is away gets its sentence from the search itself. */
async function waitForEncoder(host: Host, context: CommandContext): Promise<void> {
  const patience = deadlineSignal(encoderPatienceMs(context, ENCODER_PATIENCE_MS), context.signal);
  await host.clipClient.whenReady({ signal: patience }).catch(() => {}); // The search says why, in words for people.
}
