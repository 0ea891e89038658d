import type { Precision } from '../model/model-files.js';

/** One file of a model on the hub, with what its bytes must be. */
export interface HubFile {
  /** Relative to the model, as in the Hugging Face layout. */
  readonly path: string;
  readonly size: number;
  readonly digest: { readonly kind: 'sha256' | 'git-blob'; readonly hex: string };
}

const ENDINGS: Record<Precision, string> = { fp32: '', fp16: '_fp16', int8: '_quantized', q4: '_q4' };
const MAX_FILE_BYTES = 16 * 1024 ** 3;

/**
 * Picks the files that this program needs out of the hub's `tree` answer.
 * @throws Error when the answer is no listing, or a file that is needed is not in it
 */
export function pickHubFiles(listing: unknown, precision: Precision): HubFile[] {
  if (!Array.isArray(listing)) throw new Error('the hub answered no list of files');
  const files = new Map(listing.flatMap(toHubFile).map((file) => [file.path, file]));
  const ending = ENDINGS[precision];
  const wanted = [
    { path: 'config.json', needed: true },
    { path: 'preprocessor_config.json', needed: true },
    { path: 'tokenizer.json', needed: false },
    { path: 'tokenizer_config.json', needed: false },
    { path: `onnx/vision_model${ending}.onnx`, needed: true },
    { path: `onnx/vision_model${ending}.onnx_data`, needed: false },
    { path: `onnx/text_model${ending}.onnx`, needed: false },
    { path: `onnx/text_model${ending}.onnx_data`, needed: false },
  ];
  const missing = wanted.filter(({ path, needed }) => needed && !files.has(path)).map(({ path }) => path);
  if (missing.length > 0) throw new Error(`the model has no ${missing.join(', ')}: it cannot be used here`);
  return wanted.flatMap(({ path }) => files.get(path) ?? []);
}

function toHubFile(entry: unknown): HubFile[] {
  const { path, size, oid, lfs } = (entry ?? {}) as {
    path?: unknown;
    size?: unknown;
    oid?: unknown;
    lfs?: { oid?: unknown; size?: unknown };
  };
  // Large files live apart and are listed with the SHA-256 of their content; small ones with Git's own hash.
  const bytes = lfs?.size ?? size;
  const hex = lfs?.oid ?? oid;
  const length = lfs ? 64 : 40;
  if (typeof path !== 'string' || typeof bytes !== 'number' || typeof hex !== 'string') return [];
  const isSane = Number.isInteger(bytes) && bytes > 0 && bytes <= MAX_FILE_BYTES;
  if (!isSane || hex.length !== length || !/^[0-9a-f]+$/.test(hex)) return [];
  return [{ path, size: bytes, digest: { kind: lfs ? 'sha256' : 'git-blob', hex } }];
}
