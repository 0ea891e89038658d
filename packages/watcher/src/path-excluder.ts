/**
 * Which folders of a library are left alone. A privacy rule: what cannot be decided is excluded, and a bad pattern
 * refuses to start.
 */
import { createHash } from 'node:crypto';

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
  /** @param relPath of a file, with `/`, relative to the library's root */
  excludes(relPath: string): boolean;
  /** Whether a folder need not be walked: everything below it is excluded. @param relDir `''` is the root itself */
  excludesDirectory(relDir: string): boolean;
}

/** A name's pattern, or any number of folders. */
type Part = NamePattern | '**';
type NamePattern = readonly Token[];
type Token = { readonly kind: 'text'; readonly char: string } | { readonly kind: 'any' } | { readonly kind: 'one' };

/**
 * @throws TypeError naming every bad pattern, not only the first
 */
export function compileExcluder(patterns: readonly string[]): PathExcluder {
  const problems = patterns.map(problemOf).filter((problem) => problem !== null);
  if (problems.length > 0) throw new TypeError(`Excluded folders: ${problems.join('; ')}`);
  const rules = patterns.map(compileRule);
  const matches = (path: string): boolean => {
    const names = namesOf(path);
    return names.length > 0 && rules.some((rule) => matchesPrefix(rule, names));
  };
  const hash = createHash('sha256').update(JSON.stringify(patterns.map((pattern) => pattern.normalize('NFC'))));
  return { rulesHash: hash.digest('hex').slice(0, 32), excludes: matches, excludesDirectory: matches };
}

function problemOf(pattern: string): string | null {
  const quoted = JSON.stringify(pattern);
  if (typeof pattern !== 'string') return `${quoted} is no text`;
  if (pattern.trim() === '') return `${quoted} is empty`;
  if (pattern.length > 4096) return `${quoted.slice(0, 40)}… is longer than 4096 characters`;
  if (pattern.includes('\0')) return `${quoted} holds a NUL character`;
  if (pattern.startsWith('!')) return `${quoted} would take an exclusion back, which is not possible`;
  const names = namesOf(pattern);
  if (names.length === 0) return `${quoted} would exclude the whole library`;
  if (names.some((name) => name === '.' || name === '..')) return `${quoted} holds . or ..`;
  if (names.every((name) => name === '**')) return `${quoted} would exclude the whole library`;
  return null;
}

/** Empty parts vanish, so `a//b/` is `a/b`. */
function namesOf(path: string): string[] {
  return path
    .normalize('NFC')
    .split('/')
    .filter((name) => name !== '');
}

function compileRule(pattern: string): readonly Part[] {
  const bare = !pattern.replace(/\/+$/, '').includes('/');
  const parts = namesOf(pattern).map((name): Part => (name === '**' ? '**' : tokensOf(name)));
  return bare ? ['**', ...parts] : parts;
}

function tokensOf(name: string): NamePattern {
  return [...name].map((char) =>
    char === '*' ? { kind: 'any' } : char === '?' ? { kind: 'one' } : { kind: 'text', char },
  );
}

/**
 * Whether the rule matches the path or a folder on the way to it. Walks the names once, with the set of places in the
 * rule that are reached so far: no pattern can make it slow.
 */
function matchesPrefix(rule: readonly Part[], names: readonly string[]): boolean {
  let reached = closure(rule, new Set([0]));
  for (const name of names) {
    const next = new Set<number>();
    for (const place of reached) {
      const part = rule[place];
      if (part === '**') next.add(place).add(place + 1);
      else if (part !== undefined && matchesName(part, name)) next.add(place + 1);
    }
    reached = closure(rule, next);
    if (reached.has(rule.length)) return true;
  }
  return false;
}

/** `**` also matches no folder at all, but not at the end: `a/**` is what lies in `a`, not `a` itself. */
function closure(rule: readonly Part[], places: Set<number>): Set<number> {
  for (const place of places) if (rule[place] === '**' && place + 1 < rule.length) places.add(place + 1);
  return places;
}

/** `*` and `?` in one name, by the two-pointer walk with one step back: linear for real names, quadratic at worst. */
function matchesName(pattern: NamePattern, name: string): boolean {
  const chars = [...name];
  let at = 0;
  let place = 0;
  let star = -1;
  let resume = 0;
  while (at < chars.length) {
    const token = pattern[place];
    if (token?.kind === 'any') {
      star = place;
      resume = at;
      place += 1;
    } else if (token !== undefined && (token.kind === 'one' || (token.kind === 'text' && token.char === chars[at]))) {
      place += 1;
      at += 1;
    } else if (star >= 0) {
      place = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  while (pattern[place]?.kind === 'any') place += 1;
  return place === pattern.length;
}
