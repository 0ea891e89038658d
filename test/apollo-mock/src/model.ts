import type { ModelInfo } from '@clip-watch/proto';

/** The whole model of a mock: the defaults with what the test replaces. */
export type MockModel = ModelInfo & {
  readonly version: string;
  readonly embedding_dim: number;
  readonly input_size: number;
};

const DEFAULT_MODEL = {
  name: 'mock-colours',
  version: 'mock-colours-1',
  embedding_dim: 512,
  normalized: true,
  input_size: 224,
  preprocessing: {
    resize_mode: 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP',
    resample_filter: 'RESAMPLE_FILTER_BICUBIC',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
    resize_size: 224,
  },
  accepted_media_types: ['image/jpeg', 'image/png'],
  supports_text: true,
  max_text_tokens: 77,
  state: 'MODEL_STATE_READY',
} satisfies ModelInfo;

export function mockModel(replaced: ModelInfo = {}): MockModel {
  return { ...DEFAULT_MODEL, ...replaced } as MockModel;
}
