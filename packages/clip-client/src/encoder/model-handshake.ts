import type { ModelInfo__Output, Preprocessing__Output } from '@clip-watch/proto';
import type { ClipModel, PixelRecipe, ResampleFilter, ResizeMode } from '../types.js';

/** What the pool thinks of a model that an encoder offers. */
export type Handshake =
  | { readonly kind: 'accepted'; readonly model: ClipModel }
  /** The encoder is well, its model is not (yet). */
  | { readonly kind: 'not_ready'; readonly message: string }
  /** Another model than the one in force. */
  | { readonly kind: 'refused'; readonly message: string; readonly model: ClipModel }
  /** No model at all, or one that no vector could be checked against. */
  | { readonly kind: 'invalid'; readonly message: string };

const RESIZE_MODES: Readonly<Record<string, ResizeMode>> = {
  RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP: 'shortest-side-center-crop',
  RESIZE_MODE_STRETCH: 'stretch',
};

const FILTERS: Readonly<Record<string, ResampleFilter>> = {
  RESAMPLE_FILTER_BICUBIC: 'bicubic',
  RESAMPLE_FILTER_BILINEAR: 'bilinear',
  RESAMPLE_FILTER_LANCZOS: 'lanczos',
};

const MAX_DIMENSION = 65_536;
const MAX_INPUT_SIZE = 4_096;

/**
 * Judges what an encoder says about its model.
 * @param wanted the pinned version, if any
 * @param agreed the model that the pool met first, if any: dimension and preprocessing must be its
 */
export function judgeModel(
  info: ModelInfo__Output | null | undefined,
  wanted: string | undefined,
  agreed: ClipModel | undefined,
): Handshake {
  const invalid = invalidModel(info);
  if (!info || invalid) return { kind: 'invalid', message: invalid ?? 'the encoder named no model' };
  if (info.state === 'MODEL_STATE_LOADING') return { kind: 'not_ready', message: 'the encoder is loading its model' };
  if (info.state === 'MODEL_STATE_FAILED')
    return { kind: 'not_ready', message: 'the encoder could not load its model: see its log' };
  const model = toClipModel(info);
  const message = versionConflict(model, wanted ?? agreed?.version) ?? shapeConflict(model, agreed);
  return message === undefined ? { kind: 'accepted', model } : { kind: 'refused', message, model };
}

function invalidModel(info: ModelInfo__Output | null | undefined): string | undefined {
  if (!info) return 'the encoder named no model';
  if (info.version === '') return 'the encoder named no model version';
  const { embedding_dim, input_size } = info;
  if (embedding_dim < 1 || embedding_dim > MAX_DIMENSION) return `a model of ${embedding_dim} dimensions is none`;
  if (info.preprocessing && (input_size < 1 || input_size > MAX_INPUT_SIZE))
    return `a model input of ${input_size} pixels is none`;
  return undefined;
}

function versionConflict(model: ClipModel, wanted: string | undefined): string | undefined {
  if (wanted === undefined || model.version === wanted) return undefined;
  return `the encoder serves ${model.version}, the photos are in ${wanted}`;
}

function shapeConflict(model: ClipModel, agreed: ClipModel | undefined): string | undefined {
  if (!agreed || agreed.version !== model.version) return undefined;
  if (model.dimension !== agreed.dimension)
    return `the encoder makes ${model.dimension} numbers an embedding under a version that has ${agreed.dimension} elsewhere`;
  if (model.normalized !== agreed.normalized) return 'the encoder disagrees with the others on unit length';
  if (describePixels(model.pixels) !== describePixels(agreed.pixels))
    return `the encoder wants other pixels under the same version (${describePixels(model.pixels)}, elsewhere ${describePixels(agreed.pixels)})`;
  return undefined;
}

function describePixels(pixels: PixelRecipe | undefined): string {
  if (!pixels) return 'none';
  return `${pixels.resizeMode} ${pixels.resampleFilter} ${pixels.resizeSize} to ${pixels.inputSize}`;
}

/** The contract's words in this package's; limits of 0 are "not stated". */
export function toClipModel(info: ModelInfo__Output): ClipModel {
  const pixels = toPixelRecipe(info.preprocessing, info.input_size);
  return Object.freeze({
    name: info.name,
    version: info.version,
    dimension: info.embedding_dim,
    normalized: info.normalized,
    ...(pixels && { pixels }),
    acceptedMediaTypes: Object.freeze([...info.accepted_media_types]),
    supportsText: info.supports_text,
    maxTextTokens: info.max_text_tokens,
    ...(info.limits?.max_image_bytes && { maxImageBytes: info.limits.max_image_bytes }),
    ...(info.limits?.max_image_pixels && { maxImagePixels: info.limits.max_image_pixels }),
  });
}

/** @returns undefined where the contract says not to make pixels: unset, or a mode or filter of a later version */
function toPixelRecipe(preprocessing: Preprocessing__Output | null, inputSize: number): PixelRecipe | undefined {
  if (!preprocessing) return undefined;
  const resizeMode = RESIZE_MODES[preprocessing.resize_mode];
  const resampleFilter = FILTERS[preprocessing.resample_filter];
  if (!resizeMode || !resampleFilter) return undefined;
  return Object.freeze({ resizeMode, resampleFilter, resizeSize: preprocessing.resize_size || inputSize, inputSize });
}
