/** A daily span of local time in which encoding rests, for example `22:00` to `07:00`. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

/** Reads the API's `22:00-07:00`; null for none. */
export function parseQuietHours(text: string | null): QuietHours | null {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text ?? '') ?? [];
  return from === undefined || to === undefined ? null : { from, to };
}

/** The API's form; null for none, or while only one end is filled in. */
export function formatQuietHours({ from, to }: QuietHours): string | null {
  return from === '' || to === '' ? null : `${from}-${to}`;
}
