/** Which canary may be seen where, and the search for those that are seen elsewhere. */
export const CANARIES = ['authToken', 'apolloToken', 'notifyPath', 'query', 'photoName', 'photoContent'] as const;
export type Canary = (typeof CANARIES)[number];

/** Where a canary may be seen. Everything that is not in this table is a leak. */
export const MAY_APPEAR: Readonly<Record<string, readonly Canary[]>> = {
  'the log': ['photoName'],
  '/metrics': [],
  'an answer to somebody without the token': [],
  'an answer that is a problem': ['photoName'],
  'the wire to an encoder on this machine': ['apolloToken', 'query', 'photoName'],
  'the wire to an encoder elsewhere': ['query'],
  'the webhook': [],
  'the command line of a process': [],
  'the environment of a child': [],
};

/** What each place holds that was looked at. */
export type Places = Record<string, Buffer>;

export type CanaryWords = Readonly<Record<Canary, string>>;

export function checkPlaces(places: Places, words: CanaryWords): void {
  const leaks = Object.entries(places).flatMap(([place, bytes]) =>
    CANARIES.filter((canary) => bytes.includes(words[canary]) && !MAY_APPEAR[place]?.includes(canary)).map(
      (canary) => `${canary} in ${place}: …${around(bytes, words[canary])}…`,
    ),
  );
  if (leaks.length > 0) throw new Error(`leaks:\n${leaks.join('\n')}`);
}

/** What must have passed the tap did: it is no deaf one. */
export function expectSeen(places: Places, words: CanaryWords): void {
  for (const canary of ['apolloToken', 'query'] as const)
    if (!places['the wire to an encoder on this machine']?.includes(words[canary]))
      throw new Error(`the tap never saw the ${canary}`);
}

function around(bytes: Buffer, word: string): string {
  const at = bytes.indexOf(word);
  const near = bytes.subarray(Math.max(0, at - 80), at + word.length + 20);
  return near.toString('latin1').replaceAll(/[^ -~]/g, ' ');
}

export function mergePlaces(...all: readonly Places[]): Places {
  const merged: Places = {};
  for (const places of all)
    for (const [place, bytes] of Object.entries(places))
      merged[place] = Buffer.concat([merged[place] ?? Buffer.alloc(0), bytes]);
  return merged;
}

export const totalBytes = (places: Places): number =>
  Object.values(places).reduce((sum, { length }) => sum + length, 0);
