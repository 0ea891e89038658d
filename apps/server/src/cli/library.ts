import { resolve } from 'node:path';
import type { Library, LibraryDao } from '@clip-watch/db';
import type { ApiLibrary } from '../api/index.js';
import { HostError } from '../errors.js';
import { openStore } from '../host/host.js';
import { acceptRoot, answerGone } from '../library/library-answers.js';
import { type CommandContext, plain, print } from './command.js';

const VERBS = ['accept', 'away', 'deleted'] as const;
type Verb = (typeof VERBS)[number];
type Listed = Pick<ApiLibrary, 'id' | 'name' | 'rootPath' | 'state' | 'stateReason' | 'question' | 'answer'>;

/** `clip-watch library`: what the libraries are and ask; with a verb, the answer. A server that runs takes it up with its next scan. */
export async function library(context: CommandContext): Promise<number> {
  const [verb, which, ...more] = context.command.operands;
  if (verb !== undefined && (!isVerb(verb) || which === undefined || which === '' || more.length > 0))
    throw new HostError('USAGE', 'clip-watch library takes nothing, or accept, away or deleted and one library');
  await using database = await openStore(context.config, context.log);
  const { libraries } = database;
  const items = verb === undefined ? await libraries.list() : [await answer(context, libraries, verb, which ?? '')];
  print(context, { items: items.map(toListed) }, render);
  return 0;
}

function isVerb(word: string): word is Verb {
  return VERBS.some((verb) => verb === word);
}

async function answer(
  { config, cwd }: CommandContext,
  libraries: LibraryDao,
  verb: Verb,
  which: string,
): Promise<Library> {
  const { id } = await find(libraries, which, cwd);
  return verb === 'accept' ? acceptRoot(libraries, id, { dataDir: config.dataDir }) : answerGone(libraries, id, verb);
}

/** By its number, or by its path as it is kept: the disk is not asked, since what lies there is the question. */
async function find(libraries: LibraryDao, which: string, cwd: string): Promise<Library> {
  const path = resolve(cwd, which);
  const found = (await libraries.list()).find(({ id, rootPath }) => String(id) === which || rootPath === path);
  if (found === undefined)
    throw new HostError('NOT_FOUND', `there is no library ${plain(which)}; clip-watch library lists them`);
  return found;
}

function toListed({ id, name, rootPath, state, stateReason, question, answer }: Library): Listed {
  return { id, name, rootPath, state, stateReason, question, answer };
}

const WHAT_TO_SAY: Readonly<Record<NonNullable<Listed['question']>, string>> = {
  other_root: 'clip-watch library accept ID',
  most_gone: 'clip-watch library away ID, or clip-watch library deleted ID',
};

function render({ items }: { readonly items: readonly Listed[] }): readonly string[] {
  if (items.length === 0) return ['no libraries'];
  return items.flatMap(({ id, name, rootPath, state, stateReason, question, answer }) => [
    `${id}  ${plain(name)}  ${plain(rootPath)}  ${state}${answer === null ? '' : `, ${answer}`}`,
    ...(stateReason === null ? [] : [`   ${plain(stateReason)}`]),
    ...(question === null || answer !== null ? [] : [`   ${WHAT_TO_SAY[question].replaceAll('ID', String(id))}`]),
  ]);
}
