/** The messages between the host and the child that reads originals. */
import type { LibraryRoot } from '@clip-watch/library-root';

export type OriginalRequest =
  | { readonly kind: 'open'; readonly id: number; readonly root: LibraryRoot; readonly relPath: string }
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly file: number;
      readonly position: number;
      readonly length: number;
    }
  | { readonly kind: 'close'; readonly file: number };

export type OriginalReply =
  | {
      readonly kind: 'opened';
      readonly id: number;
      readonly file: number;
      readonly size: number;
      readonly modifiedAtMs: number;
      readonly changedAtMs: number;
    }
  /**
   * The file is gone, a link, a pipe, or outside the library. `ROOT_CHANGED`: another folder took the library's place.
   */
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }
  /** Empty at the end of the file. */
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly id: number; readonly code: string };
