import type { ModelInfo, ModelSelector__Output } from '@clip-watch/proto';
import { ACCEPTED_MEDIA_TYPES } from '../calls/item-check.js';
import type { ModelFolder } from './model-folder.js';

/** What the server takes; each bound is also told to clients. */
export interface ServerBounds {
  readonly maxMessageBytes: number;
  readonly maxImageBytes: number;
  readonly maxImagePixels: number;
  readonly maxTexts: number;
  /** Unanswered items that one stream may have. */
  readonly maxInFlight: number;
}

export const DEFAULT_BOUNDS: ServerBounds = {
  maxMessageBytes: 65 * 1024 * 1024,
  maxImageBytes: 64 * 1024 * 1024,
  maxImagePixels: 200_000_000,
  maxTexts: 64,
  maxInFlight: 256,
};

export function toModelInfo(model: ModelFolder, dimension: number, bounds: ServerBounds): ModelInfo {
  const { recipe, text } = model;
  return {
    name: model.name,
    version: model.version,
    embedding_dim: dimension,
    normalized: true,
    input_size: recipe.inputSize,
    preprocessing: {
      resize_mode: recipe.resizeMode,
      resample_filter: recipe.resampleFilter,
      mean: [...recipe.mean],
      std: [...recipe.std],
      resize_size: recipe.resizeSize,
    },
    accepted_media_types: [...ACCEPTED_MEDIA_TYPES],
    supports_text: text !== undefined,
    max_text_tokens: text?.maxTokens ?? 0,
    limits: {
      max_message_bytes: bounds.maxMessageBytes,
      max_image_bytes: bounds.maxImageBytes,
      max_image_pixels: bounds.maxImagePixels,
      max_texts: bounds.maxTexts,
      max_in_flight: bounds.maxInFlight,
    },
    state: 'MODEL_STATE_READY',
  };
}

/** Why a call for this model cannot be served; undefined when it can. */
export function selectorProblem(selector: ModelSelector__Output | null, info: ModelInfo): string | undefined {
  if (selector === null) return undefined;
  if (selector.name !== '' && selector.name !== info.name)
    return `model ${JSON.stringify(selector.name)} is not served here, ${JSON.stringify(info.name)} is`;
  if (selector.version !== '' && selector.version !== info.version)
    return `version ${JSON.stringify(selector.version)} is not served here, ${JSON.stringify(info.version)} is`;
  return undefined;
}
