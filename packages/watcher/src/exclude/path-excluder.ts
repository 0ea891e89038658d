/**
 * Which folders of a library are left alone. A privacy rule: what cannot be decided is excluded, and a bad pattern
 * refuses to start.
 */
import { createHash } from 'node:crypto';
import { compileWildcards, placesOf, type WildcardToken } from './path-excluder-wildcards.js';

/**
 * - An entry with a `/` at its start or inside is a path below the library's root: `/Private`, `2019/Scans`.
 * - A bare word matches a folder of that name at any depth: `Trash`. A file of that name counts too: `*.png`.
 * - `*` matches within one name, `?` one character, `**` any number of folders, as in gitignore.
 * - An entry excludes what it names and everything below it; a `/` at the end changes nothing.
 * - Names are compared in NFC, upper and lower case apart, as Linux does.
 */
export interface PathExcluder {
  /** Changes when the rules do, so that rows are evaluated again. */
  readonly rulesHash: string;
  /** Whether a file is left out. @param relPath with `/`, relative to the library's root */
  excludes(relPath: string): boolean;
  /** Whether a folder need not be walked: everything below it is excluded. @param relDir `''` is the root itself */
  excludesDirectory(relDir: string): boolean;
}

const MAX_PATTERN_LENGTH = 4096;
/** Of all entries with wildcards together: what one character of a path costs grows with them. */
const MAX_WILDCARD_PLACES = 1024;
/** As long as a path may be, of names that no rule spells out: patterns hold no NUL. */
const LONG_PATH = `${'\0'.repeat(7)}/`.repeat(512);

/**
 * Compiles exclude rules once, so that asking about a path costs little.
 * @throws TypeError naming every bad pattern, not only the first, or saying that the list is too long
 */
export function compileExcluder(patterns: readonly string[]): PathExcluder {
  const problems = patterns.map(problemOf).filter((problem) => problem !== null);
  if (problems.length > 0) throw new TypeError(`Excluded folders: ${problems.join('; ')}`);
  const literal = compileLiterals(patterns.filter((pattern) => !hasWildcard(pattern)));
  const rules = patterns.filter(hasWildcard).map(wildcardRule);
  assertAffordable(rules);
  const wildcards = compileWildcards(rules);
  wildcards.run(LONG_PATH); // the engine compiles the loops now, and not while the first long path waits
  const matches = (path: string): boolean => {
    const names = namesOf(path);
    return literal(names) || (rules.length > 0 && names.length > 0 && wildcards.run(`${names.join('/')}/`).matched);
  };
  const hash = createHash('sha256').update(JSON.stringify(patterns.map((pattern) => pattern.normalize('NFC'))));
  return { rulesHash: hash.digest('hex').slice(0, 32), excludes: matches, excludesDirectory: matches };
}

function problemOf(pattern: string): string | null {
  const quoted = JSON.stringify(pattern);
  if (typeof pattern !== 'string') return `${quoted} is no text`;
  if (pattern.trim() === '') return `${quoted} is empty`;
  if (pattern.length > MAX_PATTERN_LENGTH)
    return `${quoted.slice(0, 40)}… is longer than ${MAX_PATTERN_LENGTH} characters`;
  if (pattern.includes('\0')) return `${quoted} holds a NUL character`;
  if (pattern.startsWith('!')) return `${quoted} would take an exclusion back, which is not possible`;
  const names = namesOf(pattern);
  if (names.length === 0) return `${quoted} would exclude the whole library`;
  if (names.some((name) => name === '.' || name === '..')) return `${quoted} holds . or ..`;
  if (names.every((name) => name === '**')) return `${quoted} would exclude the whole library`;
  return null;
}

/** @throws TypeError */
function assertAffordable(rules: readonly (readonly WildcardToken[])[]): void {
  const places = rules.reduce((sum, rule) => sum + placesOf(rule), 0);
  if (places <= MAX_WILDCARD_PLACES) return;
  throw new TypeError(
    `Excluded folders: the ${rules.length} entries with * or ? take ${places} places, and ${MAX_WILDCARD_PLACES} are ` +
      'allowed (one a character but *, and up to three more an entry); shorten them, or name folders without * and ?',
  );
}

function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** Empty parts vanish, so `a//b/` is `a/b`. */
function namesOf(path: string): string[] {
  return path
    .normalize('NFC')
    .split('/')
    .filter((name) => name !== '');
}

/** Whether the entry names a folder at any depth, not a path. */
function isBare(pattern: string, names: readonly string[]): boolean {
  return names.length === 1 && !pattern.startsWith('/');
}

/** Rules below a folder by its name; `isEnd`: a rule names the folder itself. */
interface LiteralFolder {
  readonly below: Map<string, LiteralFolder>;
  isEnd: boolean;
}

/** Entries without wildcards: looked up name by name, so that their number does not matter. */
function compileLiterals(patterns: readonly string[]): (names: readonly string[]) => boolean {
  const anywhere = new Set<string>();
  const root: LiteralFolder = { below: new Map(), isEnd: false };
  for (const pattern of patterns) {
    const names = namesOf(pattern);
    if (isBare(pattern, names)) for (const name of names) anywhere.add(name);
    else names.reduce(folderBelow, root).isEnd = true;
  }
  return (names) => {
    let folder: LiteralFolder | undefined = root;
    for (const name of names) {
      folder = folder?.below.get(name);
      if (folder?.isEnd === true || anywhere.has(name)) return true;
    }
    return false;
  };
}

function folderBelow(folder: LiteralFolder, name: string): LiteralFolder {
  const found = folder.below.get(name) ?? { below: new Map(), isEnd: false };
  folder.below.set(name, found);
  return found;
}

/** In tokens, each name with the `/` behind it. */
function wildcardRule(pattern: string): readonly WildcardToken[] {
  const names = namesOf(pattern);
  const parts = (isBare(pattern, names) ? ['**', ...names] : names).filter(
    (name, at, all) => name !== '**' || all[at - 1] !== '**',
  );
  return parts.flatMap((name, at): WildcardToken[] => {
    // At the end `**` is what lies in a folder, not the folder itself: any name there, and what is below it follows.
    if (name === '**') return at === parts.length - 1 ? [{ kind: 'any' }, SLASH] : [{ kind: 'folders' }];
    return [...tokensOf(name), SLASH];
  });
}

const SLASH: WildcardToken = { kind: 'text', char: '/' };

function tokensOf(name: string): WildcardToken[] {
  return [...name.replace(/\*+/g, '*')].map((char) =>
    char === '*' ? { kind: 'any' } : char === '?' ? { kind: 'one' } : { kind: 'text', char },
  );
}
