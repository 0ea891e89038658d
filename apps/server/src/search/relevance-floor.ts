/** How the scores of one query lie over the whole index, whatever the filter. */
export interface ScoreSpread {
  /** Photos in the index. */
  readonly rows: number;
  /** Of an even sample of them. */
  readonly mean: number;
  readonly deviation: number;
}

// With so few photos a ranking says it all, and an average says nothing.
const FEWEST_ROWS = 30;

/**
 * The score below which a photo is no hit for these words; null for none.
 *
 * Scores of different models, and of different words, cannot be compared: CLIP gives every photo 0.2 for anything. So
 * the floor is half-way from the average photo of this library to the best one. Where even the best is no better than
 * chance it lies above all of them: its score is what the best of so many random vectors would reach, and it stands out
 * of the rest no more than the best of so many random numbers does. Both are asked, since models whose scores are small
 * everywhere (SigLIP) fail the first with good hits, and words that fit half of the photos fail the second.
 */
export function relevanceFloor(best: number, spread: ScoreSpread, dimension: number): number | null {
  const { rows, mean, deviation } = spread;
  if (rows < FEWEST_ROWS) return null;
  const sigmas = Math.sqrt(2 * Math.log(rows));
  const byChance = sigmas / Math.sqrt(dimension);
  const isChance = best < byChance && best - mean <= deviation * sigmas;
  return isChance ? byChance : (mean + best) / 2;
}
