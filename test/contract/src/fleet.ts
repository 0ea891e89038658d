import { setTimeout as sleep } from 'node:timers/promises';
import type { MockApollo } from '@clip-watch/apollo-mock';
import { type ClipClient, ClipClientError, type EncodeOutcome, type ImageToEncode } from '@clip-watch/clip-client';

export interface DrainReport {
  /** Images with a verdict, by their id; how often each got one. */
  readonly verdicts: ReadonlyMap<number, number>;
  readonly permanent: number;
  readonly transient: number;
}

/** Encodes until each image has a verdict, as a drain would, and counts every outcome. */
export async function drainAll(client: ClipClient, images: readonly ImageToEncode[]): Promise<DrainReport> {
  const verdicts = new Map<number, number>();
  let permanent = 0;
  let transient = 0;
  const note = ({ imageId, kind }: EncodeOutcome): void => {
    if (kind === 'transient') transient++;
    else verdicts.set(imageId, (verdicts.get(imageId) ?? 0) + 1);
    if (kind === 'permanent') permanent++;
  };
  while (verdicts.size < images.length) {
    try {
      const left = images.filter(({ imageId }) => !verdicts.has(imageId));
      for await (const outcome of client.encodeImages(left)) note(outcome);
    } catch (error) {
      if (!(error instanceof ClipClientError)) throw error;
      await client.whenReady();
    }
  }
  return { verdicts, permanent, transient };
}

/**
 * Kills and restarts one encoder while the client works.
 * @returns for each return how many ms it took until the next item came to it
 */
export async function killAgainAndAgain(
  apollo: MockApollo,
  rounds: number,
  itemsBetween: number,
  isOver: () => boolean,
): Promise<number[]> {
  const returns: number[] = [];
  for (let round = 0; round < rounds && !isOver(); round++) {
    await untilItems(apollo, itemsBetween, isOver);
    await apollo.kill();
    await sleep(20);
    await apollo.restart();
    const start = performance.now();
    await untilItems(apollo, 1, isOver);
    if (!isOver()) returns.push(performance.now() - start);
  }
  return returns;
}

async function untilItems(apollo: MockApollo, more: number, isOver: () => boolean): Promise<void> {
  const wanted = apollo.counters.items + more;
  while (apollo.counters.items < wanted && !isOver()) await sleep(5);
}
