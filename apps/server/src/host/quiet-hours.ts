import type { QuietHours } from '../api/index.js';

/** Whether a local time lies in quiet hours. If they end before they begin, they span midnight. */
export function isQuiet({ fromMinute, toMinute }: QuietHours, now: Date): boolean {
  const minute = now.getHours() * 60 + now.getMinutes();
  if (fromMinute === toMinute) return false;
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

export function formatQuietHours({ fromMinute, toMinute }: QuietHours): string {
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${clock(fromMinute)}-${clock(toMinute)}`;
}
