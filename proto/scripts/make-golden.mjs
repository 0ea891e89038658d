// Writes golden/messages.json: one message a line of the table, encoded by protoc, with what protoc and buf read from
// it. Needs protoc (Debian: protobuf-compiler). The committed file is what the tests hold every decoder against.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const HASH = 'a3'.repeat(32);
const VECTOR = '\\000\\000\\000?\\000\\000\\000\\277';

/** `text` is encoded by protoc; `hex` is for bytes that no honest encoder makes. */
const SOURCES = [
  { name: 'open', type: 'EncodeImagesRequest', text: 'open { client_name: "clip-watch" wanted_in_flight: 4 }' },
  { name: 'open with a pinned model', type: 'EncodeImagesRequest', text: 'open { model { name: "m" version: "v1" } }' },
  {
    name: 'pixels',
    type: 'EncodeImagesRequest',
    text: `item { request_id: 1 ref { content_hash: "${HASH}" } rgb { width: 1 height: 1 data: "\\377\\000\\200" } timeout_ms: 30000 }`,
  },
  {
    name: 'a picture file, with its name',
    type: 'EncodeImagesRequest',
    text: `item { request_id: 4294967295 ref { content_hash: "${HASH}" library_id: "7" rel_path: "Ferien/Zürich 📷.jpg" } encoded { data: "\\377\\330" media_type: "image/jpeg" } }`,
  },
  { name: 'item without a payload', type: 'EncodeImagesRequest', text: 'item { request_id: 2 }' },
  { name: 'cancel', type: 'EncodeImagesRequest', text: 'cancel { request_id: 9 }' },
  { name: 'no request at all', type: 'EncodeImagesRequest', text: '' },
  {
    name: 'accepted',
    type: 'EncodeImagesResponse',
    text: `accepted { max_in_flight: 16 server_version: "apollo" server_instance_id: "i" heartbeat_ms: 5000 model {
      name: "clip" version: "v1" embedding_dim: 512 normalized: true input_size: 224 supports_text: true max_text_tokens: 77
      accepted_media_types: "image/jpeg" accepted_media_types: "image/png" state: MODEL_STATE_READY
      preprocessing { resize_mode: RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP resample_filter: RESAMPLE_FILTER_BICUBIC
        mean: 0.48145466 mean: 0.4578275 mean: 0.40821073 std: 0.26862954 std: 0.26130258 std: 0.27577711 resize_size: 224 }
      limits { max_message_bytes: 4194304 max_image_bytes: 33554432 max_image_pixels: 100000000 max_texts: 16 max_in_flight: 32 } } }`,
  },
  {
    name: 'accepted with enum values of a later contract',
    type: 'EncodeImagesResponse',
    text: 'accepted { model { version: "v1" state: 9 preprocessing { resize_mode: 7 resample_filter: 8 } } }',
  },
  {
    name: 'embedding',
    type: 'EncodeImagesResponse',
    text: `result { request_id: 1 content_hash: "${HASH}" embedding { values_f32le: "${VECTOR}" dim: 2 model_version: "v1" } duration_ms: 8 queue_ms: 3 }`,
  },
  {
    name: 'error for good',
    type: 'EncodeImagesResponse',
    text: 'result { request_id: 1 error { reason: ERROR_REASON_UNDECODABLE retry: RETRY_NEVER message: "truncated" } }',
  },
  {
    name: 'error with enum values of a later contract',
    type: 'EncodeImagesResponse',
    text: 'result { request_id: 1 error { reason: 99 retry: 77 retry_delay_ms: 250 } }',
  },
  { name: 'result without an outcome', type: 'EncodeImagesResponse', text: 'result { request_id: 3 }' },
  { name: 'heartbeat: a flow without a window', type: 'EncodeImagesResponse', text: 'flow {}' },
  { name: 'flow with a window of 0', type: 'EncodeImagesResponse', text: 'flow { max_in_flight: 0 }' },
  { name: 'drain', type: 'EncodeImagesResponse', text: 'flow { draining: true retry_delay_ms: 1500 }' },
  // result{request_id 1, embedding{dim 2}, error{reason 1, retry 1}}: the last member of a oneof wins.
  { name: 'both outcomes', type: 'EncodeImagesResponse', hex: '120c0801' + '1a021002' + '220408011001' },
  // flow{draining} with an unknown field 15 in it, after an unknown field 14 of the message.
  { name: 'fields of a later contract', type: 'EncodeImagesResponse', hex: `722a${'00'.repeat(42)}1a0410017805` },
  {
    name: 'texts',
    type: 'EncodeTextsRequest',
    text: 'model { version: "v1" } texts: "a red car" texts: "" texts: "海"',
  },
  {
    name: 'text embeddings',
    type: 'EncodeTextsResponse',
    text: `results { embedding { values_f32le: "${VECTOR}" dim: 2 model_version: "v1" } } results { request_id: 1 error { reason: ERROR_REASON_OVERLOADED retry: RETRY_LATER } }`,
  },
  { name: 'model asked for', type: 'GetModelInfoRequest', text: 'model {}' },
  {
    name: 'unary pixels',
    type: 'EncodeImageRequest',
    text: 'item { request_id: 1 rgb { width: 1 height: 1 data: "abc" } }',
  },
];

const protoc = (mode, type, input) =>
  execFileSync('protoc', [`--${mode}=apollo.clip.v1.${type}`, '-I', '.', 'apollo/clip/v1/clip.proto'], {
    cwd: root,
    input,
  });

const bufJson = (type, input) =>
  execFileSync(
    `${root}node_modules/.bin/buf`,
    ['convert', '.', `--type=apollo.clip.v1.${type}`, '--from=-#format=binpb', '--to=-#format=json'],
    { cwd: root, input },
  ).toString();

const messages = SOURCES.map(({ name, type, text, hex }) => {
  const bytes = hex === undefined ? protoc('encode', type, text) : Buffer.from(hex, 'hex');
  return {
    name,
    type,
    hex: bytes.toString('hex'),
    text: protoc('decode', type, bytes).toString(),
    json: JSON.parse(bufJson(type, bytes)),
  };
});
mkdirSync(`${root}golden`, { recursive: true });
writeFileSync(`${root}golden/messages.json`, `${JSON.stringify(messages, undefined, 2)}\n`);
