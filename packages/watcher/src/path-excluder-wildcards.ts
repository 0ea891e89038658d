/**
 * All rules with wildcards at once, as one automaton whose places are bits: a character costs the same few operations
 * a word of 32 places, whatever the rules are and however many of them are half matched.
 */

/** One step of a rule over a path of names that each end in `/`. */
export type WildcardToken =
  | { readonly kind: 'text'; readonly char: string }
  /** `?`: one character of a name. */
  | { readonly kind: 'one' }
  /** `*`: any part of a name. Never two in a row. */
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

/** How many places a rule takes. */
export function placesOf(rule: readonly WildcardToken[]): number {
  return rule.length + 1;
}

export function compileWildcards(rules: readonly (readonly WildcardToken[])[]): WildcardAutomaton {
  const words = Math.ceil(rules.reduce((sum, rule) => sum + placesOf(rule), 0) / WORD_BITS);
  const bits = (): Int32Array => new Int32Array(words);
  const [start, any, folders, inName, last] = [bits(), bits(), bits(), bits(), bits()];
  /** By character: the places that it leads on from. */
  const texts = new Map<string, Int32Array>([['/', bits()]]);
  let place = 0;
  for (const rule of rules) {
    addBit(start, place);
    const skipped = rule.findIndex((token) => token.kind !== 'folders' && token.kind !== 'any');
    for (let at = 1; at <= skipped; at += 1) addBit(start, place + at);
    for (const token of rule) {
      if (token.kind === 'any') addBit(any, place);
      else if (token.kind === 'folders') addBit(folders, place);
      else if (token.kind === 'one') addBit(inName, place);
      else addBit(entry(texts, token.char, bits), place);
      place += 1;
    }
    addBit(last, place);
    place += 1;
  }
  for (const [char, places] of texts) if (char !== '/') addAll(places, inName);
  const loops = any.map((word, at) => word | (folders[at] ?? 0));
  return { words, run: (path) => run({ start, any, folders, loops, last, texts, others: inName }, path) };
}

interface Places {
  readonly start: Int32Array;
  readonly any: Int32Array;
  readonly folders: Int32Array;
  /** `any` and `folders`: places that stay where they are within a name. */
  readonly loops: Int32Array;
  readonly last: Int32Array;
  readonly texts: ReadonlyMap<string, Int32Array>;
  /** For characters that no rule names. */
  readonly others: Int32Array;
}

function run(places: Places, path: string): WildcardRun {
  const reached = Int32Array.from(places.start);
  let steps = 0;
  for (const char of path) {
    steps += reached.length;
    if (moveOn(places, reached, char)) return { matched: true, steps };
  }
  return { matched: false, steps };
}

/** Moves every reached place on by one character. @returns whether a rule has ended */
function moveOn({ any, folders, loops, last, texts, others }: Places, reached: Int32Array, char: string): boolean {
  const nameEnds = char === '/';
  const matching = texts.get(char) ?? others;
  const staying = nameEnds ? folders : loops;
  let [ended, fromText, fromFolders, fromAny] = [0, 0, 0, 0]; // the last three: carried into the next word
  for (let at = 0; at < reached.length; at += 1) {
    const now = reached[at] ?? 0;
    const text = now & (matching[at] ?? 0);
    let next = (text << 1) | fromText | (now & (staying[at] ?? 0));
    fromText = text >>> 31;
    // Both kinds of `*` also match nothing; whole names only where a name begins.
    const freed = nameEnds ? next & (folders[at] ?? 0) : 0;
    next |= (freed << 1) | fromFolders;
    fromFolders = freed >>> 31;
    const passed = next & (any[at] ?? 0);
    next |= (passed << 1) | fromAny;
    fromAny = passed >>> 31;
    reached[at] = next;
    ended |= next & (last[at] ?? 0);
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
