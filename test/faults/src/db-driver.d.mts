import type { RawDatabase } from './db-raw.js';

export const Driver: new (file: string) => RawDatabase;
export function libraryFile(): string;
