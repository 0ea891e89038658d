import { LARGEST_CONCURRENCY } from '../api/index.js';
import type { ApolloSetting } from './values.js';

const REMOTE = 4;
/** What the embedded encoder works on at once, in each of its processes. */
const EMBEDDED_BATCH = 8;

/** Photos in flight to each encoder when `CLIP_ENCODE_CONCURRENCY` says nothing. */
export function defaultConcurrency(apollo: ApolloSetting, cores: number): number {
  if (!apollo.embedded || apollo.addresses.length > 0) return REMOTE;
  return Math.min(LARGEST_CONCURRENCY, 2 * cores * EMBEDDED_BATCH);
}
