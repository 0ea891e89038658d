/** Of the file: a row with its vector fits in one, and the file is a quarter smaller than with 4096. */
export const PAGE_BYTES: number = 8192;

/**
 * The log keeps this size when it starts again: what is written over is synced in half the time that growing takes.
 * Beyond it writers wait for a checkpoint.
 */
export const LOG_BYTES: number = 32 * 1024 * 1024;

const CACHE = `
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32768;
`;

/**
 * FULL: with the driver's NORMAL a power cut loses acknowledged rows. No automatic checkpoint: it would run inside a
 * commit, and the writers behind it would wait.
 */
export const WRITER_PRAGMAS: string = `
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = ${LOG_BYTES};
  PRAGMA foreign_keys = ON;
${CACHE}`;

/** `query_only`: a statement that writes has no business on this connection, and says so. */
export const READER_PRAGMAS: string = `
  PRAGMA query_only = ON;
${CACHE}`;
