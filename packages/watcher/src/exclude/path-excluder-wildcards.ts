/**
 * All rules with wildcards at once, as one automaton whose places are bits: a character costs the same few operations
 * a word of 32 places, whatever the rules are and however many of them are half matched. Nothing is allocated on the
 * way, so that no call pays for a collection of what the rest of the program left behind.
 */

/** One step of a rule over a path of names that each end in `/`. */
export type WildcardToken =
  | { readonly kind: 'text'; readonly char: string }
  /** `?`: one character of a name. */
  | { readonly kind: 'one' }
  /** `*`: any part of a name. */
  | { readonly kind: 'any' }
  /** `**`: any number of whole names. Never two in a row. */
  | { readonly kind: 'folders' };

export interface WildcardRun {
  readonly matched: boolean;
  /** Words of places that were moved on: at most `words` for each character. */
  readonly steps: number;
}

export interface WildcardAutomaton {
  readonly words: number;
  /** @param path of names that each end in `/`; matches when a rule ends anywhere in it */
  run(path: string): WildcardRun;
}

const WORD_BITS = 32;

/** How many places a rule takes: one before each token, and its end. `*` is none, only a stay at the next one. */
export function placesOf(rule: readonly WildcardToken[]): number {
  return rule.filter((token) => token.kind !== 'any').length + 1;
}

/** @param rules each ends with the text `/` */
export function compileWildcards(rules: readonly (readonly WildcardToken[])[]): WildcardAutomaton {
  const places = placesFor(rules);
  return { words: places.start.length, run: (path) => run(places, path) };
}

/** Sets of places. */
interface Places {
  readonly start: Int32Array;
  /** Those that are kept while a name goes on: the ones before `*` and before `**`. */
  readonly staying: Int32Array;
  /** Those before `**`: kept for ever, and each end of a name leads on from them too. */
  readonly folders: Int32Array;
  readonly last: Int32Array;
  /** By character: those that it leads on from. */
  readonly texts: ReadonlyMap<string, Int32Array>;
  readonly nameEnd: Int32Array;
  /** For characters that no rule names: the places before `?`. */
  readonly others: Int32Array;
}

function placesFor(rules: readonly (readonly WildcardToken[])[]): Places {
  const words = Math.ceil(rules.reduce((sum, rule) => sum + placesOf(rule), 0) / WORD_BITS);
  const bits = (): Int32Array => new Int32Array(words);
  const [start, staying, folders, last, nameEnd, others] = [bits(), bits(), bits(), bits(), bits(), bits()];
  const texts = new Map<string, Int32Array>();
  const placesBefore = (token: WildcardToken): readonly Int32Array[] => {
    if (token.kind === 'any') return [staying];
    if (token.kind === 'folders') return [staying, folders];
    if (token.kind === 'one') return [others];
    return [token.char === '/' ? nameEnd : entry(texts, token.char, bits)];
  };
  let place = 0;
  for (const rule of rules) {
    addBit(start, place);
    if (rule[0]?.kind === 'folders') addBit(start, place + 1);
    for (const token of rule) {
      for (const set of placesBefore(token)) addBit(set, place);
      if (token.kind !== 'any') place += 1;
    }
    addBit(last, place);
    place += 1;
  }
  for (const named of texts.values()) addAll(named, others);
  return { start, staying, folders, last, texts, nameEnd, others };
}

function run({ start, staying, folders, last, texts, nameEnd, others }: Places, path: string): WildcardRun {
  const reached = Int32Array.from(start);
  let steps = 0;
  for (const char of path) {
    steps += reached.length;
    if (char !== '/') {
      moveOn(reached, texts.get(char) ?? others, staying);
      continue;
    }
    moveOn(reached, nameEnd, folders);
    if (enterFolders(reached, folders, last)) return { matched: true, steps };
  }
  return { matched: false, steps };
}

/** Each reached place leads on to the next where the character fits, and is kept where it stays. */
function moveOn(reached: Int32Array, fitting: Int32Array, staying: Int32Array): void {
  let carry = 0;
  for (let at = 0; at < reached.length; at += 1) {
    const now = reached[at] ?? 0;
    const fits = now & (fitting[at] ?? 0);
    reached[at] = (fits << 1) | carry | (now & (staying[at] ?? 0));
    carry = fits >>> 31;
  }
}

/** Where a name begins, `**` also stands for no name at all. @returns whether a rule has ended */
function enterFolders(reached: Int32Array, folders: Int32Array, last: Int32Array): boolean {
  let [carry, ended] = [0, 0];
  for (let at = 0; at < reached.length; at += 1) {
    const now = reached[at] ?? 0;
    const freed = now & (folders[at] ?? 0);
    reached[at] = now | (freed << 1) | carry;
    carry = freed >>> 31;
    ended |= now & (last[at] ?? 0);
  }
  return ended !== 0;
}

function addBit(places: Int32Array, place: number): void {
  const word = Math.floor(place / WORD_BITS);
  places[word] = (places[word] ?? 0) | (1 << (place % WORD_BITS));
}

function addAll(places: Int32Array, more: Int32Array): void {
  more.forEach((word, at) => {
    places[at] = (places[at] ?? 0) | word;
  });
}

function entry(map: Map<string, Int32Array>, char: string, make: () => Int32Array): Int32Array {
  const found = map.get(char) ?? make();
  map.set(char, found);
  return found;
}
