import type { Logger } from '@clip-watch/basics';

/**
 * The rule of `CLIP_ENCODE_CONCURRENCY`: a whole number above 0 counts, anything else is the default with one warning.
 * The only setting that a bad value does not refuse, because the system that this one re-makes behaved so.
 * @param value as it stands in the environment; undefined and the empty string mean unset, without a warning
 */
export function resolveEncodeConcurrency(
  value: string | undefined,
  options: { readonly default: number; readonly log?: Pick<Logger, 'warn'> },
): number {
  if (value === undefined || value === '') return options.default;
  const parsed = /^\+?\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(parsed) && parsed > 0) return parsed;
  options.log?.warn(
    { value, default: options.default },
    'clip_watch: CLIP_ENCODE_CONCURRENCY is no whole number above 0; the default is used',
  );
  return options.default;
}
