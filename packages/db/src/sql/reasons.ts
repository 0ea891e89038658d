/** Sorts after every reason: reasons are words in ASCII. */
export const AFTER_ALL_REASONS: string = '\u{10ffff}';
