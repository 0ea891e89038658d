import type { Library } from '@clip-watch/db';
import { compileExcluder, isImageFile } from '@clip-watch/watcher';
import type { ApiClipExplanation } from '../api/index.js';
import { openStore } from '../host/host.js';
import { explainImage } from '../photos/explain.js';
import { type CommandContext, onlyOperand, plain, print } from './command.js';
import { locatePhoto, type PhotoPlace } from './photo-path.js';
import { standstillOf } from './standstill.js';

/** A file that has no row: there is only a sentence to say. */
interface NoRow {
  readonly relPath: string;
  readonly searchable: false;
  readonly explanation: string;
  readonly status: null;
}

/** `clip-watch explain PATH`: exits 0 for a photo that has a row, 1 for a file that has none. */
export async function explain(context: CommandContext): Promise<number> {
  const typed = onlyOperand(context, 'one photo');
  await using database = await openStore(context.config, context.log);
  const place = await locatePhoto(database, typed, context.cwd);
  if (place.row === null || place.library === null) {
    print<NoRow>(
      context,
      { relPath: place.relPath, searchable: false, status: null, explanation: withoutRow(place, context) },
      ({ explanation }) => [explanation],
    );
    return 1;
  }
  const { activeModelVersion } = await database.clipState.read();
  const answer = explainImage(place.row, {
    libraryState: place.library.state,
    standstill: standstillOf(context.config, new Date()).reason ?? null,
    activeModelVersion,
    now: Date.now(),
  });
  print(context, answer, render);
  return 0;
}

function withoutRow({ library, relPath, path }: PhotoPlace, context: CommandContext): string {
  if (library === null) return `${plain(path)} lies in no library. Make its folder one: clip-watch index FOLDER`;
  if (!isImageFile(relPath)) return `${plain(relPath)} has not the name of a picture, so it is left alone.`;
  if (isExcluded(library, relPath, context))
    return `${plain(relPath)} lies in an excluded folder, so it is neither read nor searched.`;
  return `${plain(relPath)} is not known (yet). Links are not followed; anything else is found by the next scan.`;
}

function isExcluded(library: Library, relPath: string, { config }: CommandContext): boolean {
  return compileExcluder([...config.excludedDirs, ...library.excludedDirs]).excludes(relPath);
}

function render(answer: ApiClipExplanation): readonly string[] {
  const lines = [
    `${plain(answer.relPath)}: ${answer.searchable ? 'searchable' : 'not searchable'}`,
    plain(answer.explanation),
  ];
  if (answer.remedy !== null) lines.push(answer.remedy);
  return lines;
}
