/** Numbers and times as people read them. Pure; the page's language is English. */
const LOCALE = 'en-GB';
const NUMBER = new Intl.NumberFormat(LOCALE);

export function formatCount(count: number): string {
  return NUMBER.format(count);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** 0.123 → `12 %`; never rounds up to 100 nor down to 0 while something is left. */
export function formatShare(share: number): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}

export function formatRate(perSecond: number): string {
  if (perSecond <= 0) return '0';
  return perSecond >= 10 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** 95 → `2 min`; 5,400 → `1 h 30 min`; 200,000 → `2 days`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return 'under a minute';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 10 && minutes % 60 >= 5)
    return `${hours} h ${Math.round((minutes % 60) / 5) * 5} min`.replace(' 60 min', ' 55 min');
  if (hours < 48) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} days`;
}

/** `10 to 15 min`; `about 2 h` when both ends read the same; `up to 2 min` when it may be over at once. */
export function formatEta(eta: { readonly low: number; readonly high: number }): string {
  const low = formatDuration(eta.low);
  const high = formatDuration(eta.high);
  if (eta.low < 60) return eta.high < 60 ? low : `up to ${high}`;
  if (low === high) return `about ${low}`;
  const [, lowUnit] = /^\d+ (\D+)$/.exec(low) ?? [];
  const isSameUnit = lowUnit !== undefined && new RegExp(`^\\d+ ${lowUnit}$`).test(high);
  return `${isSameUnit ? low.slice(0, -lowUnit.length - 1) : low} to ${high}`;
}

/** A photo's own wall clock: the offset it was taken with, or the camera's unzoned time as it stands. */
export function formatTaken(takenAt: number, offsetMin: number | null): string {
  const text = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });
  return text.format(takenAt + (offsetMin ?? 0) * 60_000);
}

export function formatMonth(year: number, month: number): string {
  return new Intl.DateTimeFormat(LOCALE, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.UTC(year, month, 1),
  );
}

/** `2024-03-31` → `31 March 2024`. */
export function formatDay(day: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(day));
}

/** `2024-03` → `Mar`. */
export function formatMonthOnly(month: string): string {
  return new Intl.DateTimeFormat(LOCALE, { month: 'short', timeZone: 'UTC' }).format(Date.parse(month)).slice(0, 3); // Not "Sept".
}

export function formatMoment(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  const [size, unit] = STEPS.find(([step]) => Math.abs(seconds) >= step) ?? [1, 'second' as const];
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

const STEPS: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

export function formatExposure(seconds: number): string {
  return seconds < 0.4 ? `1/${formatCount(Math.round(1 / seconds))} s` : `${Number(seconds.toFixed(1))} s`;
}

export function fileName(relPath: string): string {
  return relPath.slice(relPath.lastIndexOf('/') + 1);
}
