/** What goes between the host and the child that reads originals. */

export type OriginalRequest =
  | { readonly kind: 'open'; readonly id: number; readonly rootPath: string; readonly relPath: string }
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
    }
  /** Gone, a link, a pipe, or outside the library. */
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }
  /** Empty at the file's end. */
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly id: number; readonly code: string };
