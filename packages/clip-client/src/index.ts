export { type ApolloAddress, parseApolloAddress } from './address.js';
export { createClipClient } from './clip-client.js';
export { decodeEmbedding } from './embedding.js';
export { ClipClientError, type ClipClientErrorCode } from './errors.js';
export { findOptionProblems, type OptionProblem } from './options.js';
export type {
  ClipClient,
  ClipClientOptions,
  ClipHealth,
  ClipModel,
  EncodedOutcome,
  EncodeOutcome,
  EncoderHealth,
  EncoderState,
  ImagePayload,
  ImageRef,
  ImageToEncode,
  PermanentOutcome,
  PixelRecipe,
  ResampleFilter,
  ResizeMode,
  TransientOutcome,
} from './types.js';
