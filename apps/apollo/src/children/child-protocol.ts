/**
 * What the server and its children say to each other, by Node's IPC with structured clone (`advanced`). Bytes of inputs
 * do not go that way, where they would be copied and collected four times over: they follow on a pipe of their own.
 */

/** The child's end of that pipe, a blocking one. */
export const BYTES_FD = 4;

/** What a child works on: a text, or pixels, or a picture's file. */
export type ChildInput = string | Uint8Array;

export interface VisionInit {
  readonly role: 'vision';
  readonly file: string;
  readonly inputSize: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly threads: number;
  readonly provider: string;
}

export interface TextInit {
  readonly role: 'text';
  readonly file: string;
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string;
  readonly maxTokens: number;
  readonly padToMax: boolean;
  readonly threads: number;
  readonly provider: string;
}

export interface DecodeInit {
  readonly role: 'decode';
  readonly inputSize: number;
  readonly resizeSize: number;
  readonly stretch: boolean;
  readonly kernel: 'cubic' | 'linear' | 'lanczos3';
  readonly maxPixels: number;
}

export type ChildInit = VisionInit | TextInit | DecodeInit;

/** What became of one input in a child. */
export type VectorOutput = { readonly kind: 'vector'; readonly vector: Float32Array } | { readonly kind: 'not-finite' };

export type DecodeOutput =
  | { readonly kind: 'pixels'; readonly data: Uint8Array }
  | {
      readonly kind: 'refused';
      readonly reason: 'UNDECODABLE' | 'UNSUPPORTED_MEDIA' | 'TOO_LARGE';
      readonly message: string;
    };

/** Told once, when a child can work. */
export interface ChildFacts {
  /** Length of the vectors; 0 for a child that makes none. */
  readonly dimension: number;
  /** The execution provider that is in use. */
  readonly provider: string;
}

export type ToChild =
  | { readonly kind: 'init'; readonly init: ChildInit }
  /** Each input: a text, or how many bytes of it come on the pipe. */
  | { readonly kind: 'run'; readonly id: number; readonly inputs: readonly (string | number)[] };

export type FromChild =
  | { readonly kind: 'ready'; readonly facts: ChildFacts }
  | { readonly kind: 'unusable'; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly outputs: readonly unknown[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
