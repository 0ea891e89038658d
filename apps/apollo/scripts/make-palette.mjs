// Writes the built-in starter model: node scripts/make-palette.mjs [FOLDER]. The same bytes at every run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DIMENSION } from './palette-layout.mjs';
import { SPECIAL_TOKENS, textModel, VOCABULARY } from './palette-text.mjs';
import { visionModel } from './palette-vision.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../models/palette', import.meta.url));

const config = {
  _name_or_path: 'clip-watch/palette',
  model_type: 'clip',
  projection_dim: DIMENSION,
  vision_config: { image_size: 224 },
  text_config: { max_position_embeddings: 77 },
};

const preprocessor = {
  do_resize: true,
  size: { shortest_edge: 224 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 224, width: 224 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0, 0, 0],
  image_std: [1, 1, 1],
};

const id = (token) => VOCABULARY.indexOf(token);
const special = (token) => ({ id: token, ids: [id(token)], tokens: [token] });
// WordPiece without any word pieces is a tokenizer of whole words: what is not in the list becomes [UNK].
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL_TOKENS.map((content) => ({
    id: id(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: { '[CLS]': special('[CLS]'), '[SEP]': special('[SEP]') },
  },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 40,
    vocab: Object.fromEntries(VOCABULARY.map((word, index) => [word, index])),
  },
};

const tokenizerConfig = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  model_max_length: 77,
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  cls_token: '[CLS]',
  sep_token: '[SEP]',
};

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
mkdirSync(join(folder, 'onnx'), { recursive: true });
writeFileSync(join(folder, 'config.json'), json(config));
writeFileSync(join(folder, 'preprocessor_config.json'), json(preprocessor));
writeFileSync(join(folder, 'tokenizer.json'), json(tokenizer));
writeFileSync(join(folder, 'tokenizer_config.json'), json(tokenizerConfig));
writeFileSync(join(folder, 'onnx/vision_model.onnx'), visionModel());
writeFileSync(join(folder, 'onnx/text_model.onnx'), textModel());
