import type { Database, RequeueSelection } from '@clip-watch/db';
import type { ApiFailure, ApiFailures, ApiRetryAnswer } from '../api/index.js';
import { HostError } from '../errors.js';
import { openStore } from '../host/host.js';
import { toApiFailure } from '../photos/explain.js';
import { readFailureGroups } from '../photos/failure-groups.js';
import { type CommandContext, noOperands, plain, print } from './command.js';

/** `clip-watch failures [--retry [REASON]]` */
export async function failures(context: CommandContext): Promise<number> {
  if (context.command.isRetry) return retry(context);
  noOperands(context);
  await using database = await openStore(context.config, context.log);
  const answer: ApiFailures = {
    groups: await readFailureGroups(database),
    items: await readAll(database),
    nextCursor: null,
  };
  const roots = new Map((await database.libraries.list()).map(({ id, rootPath }) => [id, rootPath]));
  print(context, answer, () => render(answer, roots));
  return 0;
}

async function retry(context: CommandContext): Promise<number> {
  const [reason, ...more] = context.command.operands;
  if (more.length > 0) throw new HostError('USAGE', 'clip-watch failures --retry takes one reason, or none for all');
  await using database = await openStore(context.config, context.log);
  const selection: RequeueSelection = reason === undefined ? { all: true } : { reason };
  const requeued = await database.images.requeue(selection);
  const none =
    reason === undefined
      ? 'nothing has failed'
      : `nothing has failed for "${plain(reason)}"; clip-watch failures names the reasons`;
  print<ApiRetryAnswer>(context, { requeued }, () => [
    requeued === 0 ? none : `${requeued} photos will be tried again by the next index or the running server`,
  ]);
  return 0;
}

async function readAll(database: Database): Promise<readonly ApiFailure[]> {
  const all: ApiFailure[] = [];
  let cursor: string | undefined;
  do {
    const page = await database.images.pageFailures({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items.map(toApiFailure));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

function render({ groups, items }: ApiFailures, roots: ReadonlyMap<number, string>): readonly string[] {
  if (groups.length === 0) return ['no failures'];
  return groups.flatMap(({ reason, status, count, remedy }) => [
    `${count} ${status === 'failed' ? 'failed' : 'waiting for another try'}: ${reason}${remedy === null ? '' : `. ${remedy}`}`,
    ...items
      .filter((item) => item.reason === reason && item.status === status)
      .map(
        ({ libraryId, relPath, message }) =>
          `    ${plain(`${roots.get(libraryId) ?? ''}/${relPath}`)}: ${plain(message)}`,
      ),
  ]);
}
