import type {
  ClipEncodingServiceHandlers,
  EncodeImageRequest__Output,
  EncodeImageResponse,
  EncodeResult,
  EncodeTextsRequest__Output,
  EncodeTextsResponse,
  GetModelInfoRequest__Output,
  GetModelInfoResponse,
  ImageItem__Output,
} from '@clip-watch/proto';
import { type handleUnaryCall, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { type MockContext, meetItem, refusal } from './context.js';
import { embedText, toF32le } from './embed.js';
import { checkItem, errorResult, garbageMessages, goodResult, RawMessage } from './results.js';
import type { MockReply } from './types.js';

interface Failure {
  readonly code: number;
  readonly details: string;
}

/** What becomes of a unary call; `never`: it stays open until the client gives up. */
type Answer<Response> =
  | { readonly kind: 'value'; readonly value: Response; readonly delayMs?: number | undefined }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'never' };

type UnaryHandlers = Pick<ClipEncodingServiceHandlers, 'GetModelInfo' | 'EncodeImage' | 'EncodeTexts'>;

/** The unary side of the mock; its scripts are those of the stream as far as they make sense here. */
export function unaryHandlers(context: MockContext): UnaryHandlers {
  return {
    GetModelInfo: answering(context, modelInfo),
    EncodeImage: answering(context, encodeImage),
    EncodeTexts: answering(context, encodeTexts),
  };
}

function answering<Request extends { model: { version: string } | null }, Response>(
  context: MockContext,
  handle: (context: MockContext, request: Request) => Answer<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, respond) => {
    const refused = refusal(context, call.metadata) ?? wrongModel(context, call.request.model?.version);
    const answer: Answer<Response> = refused ? { kind: 'failure', failure: refused } : handle(context, call.request);
    if (answer.kind === 'failure') respond(answer.failure);
    if (answer.kind === 'value') context.work.run(answer.delayMs ?? 0, () => respond(null, answer.value));
  };
}

function wrongModel({ model }: MockContext, version: string | undefined): Failure | undefined {
  if (!version || version === model.version) return undefined;
  return { code: status.FAILED_PRECONDITION, details: `${version} is not served here` };
}

function modelInfo({ counters, model }: MockContext, _: GetModelInfoRequest__Output): Answer<GetModelInfoResponse> {
  counters.getModelInfo++;
  const value = { model, server_version: 'apollo-mock', server_instance_id: `mock-${process.pid}` };
  return { kind: 'value', value };
}

function encodeImage(context: MockContext, { item }: EncodeImageRequest__Output): Answer<EncodeImageResponse> {
  context.counters.encodeImage++;
  if (!item) return { kind: 'failure', failure: { code: status.INVALID_ARGUMENT, details: 'no item' } };
  const reply = meetItem(context, item, true);
  const scripted = withoutValue(context, reply);
  if (scripted) return scripted;
  const delayMs = ('delayMs' in reply ? reply.delayMs : undefined) ?? context.options.delayMs;
  return { kind: 'value', value: { result: unaryResult(context, item, reply) }, delayMs };
}

function unaryResult({ model }: MockContext, item: ImageItem__Output, reply: MockReply): EncodeResult | null {
  if (reply.kind === 'error') return errorResult(item, reply);
  if (reply.kind !== 'garbage') return checkItem(item, model) ?? goodResult(item, model);
  const [first] = garbageMessages(item, reply.garbage, model);
  return first && !(first instanceof RawMessage) ? (first.result ?? null) : null;
}

function withoutValue(context: MockContext, reply: MockReply): Answer<never> | undefined {
  switch (reply.kind) {
    case 'silent':
      return { kind: 'never' };
    case 'status':
      return { kind: 'failure', failure: { code: reply.code, details: reply.details ?? 'scripted' } };
    case 'die':
      context.die();
      return { kind: 'never' };
    default:
      return undefined;
  }
}

function encodeTexts(context: MockContext, { texts }: EncodeTextsRequest__Output): Answer<EncodeTextsResponse> {
  const { counters, model, options } = context;
  counters.encodeTexts++;
  const problem = textProblem(context, texts);
  if (problem) return { kind: 'failure', failure: problem };
  const reply = options.onTexts?.(texts) ?? { kind: 'embed' };
  const results = texts.map((text, index) => textResult(text, index, reply, model));
  return withoutValue(context, reply) ?? { kind: 'value', value: { results } };
}

function textProblem({ model }: MockContext, texts: readonly string[]): Failure | undefined {
  if (!model.supports_text) return { code: status.UNIMPLEMENTED, details: 'this model has no text side' };
  const most = model.limits?.max_texts ?? 0;
  if (most === 0 || texts.length <= most) return undefined;
  return { code: status.INVALID_ARGUMENT, details: `more than ${most} texts` };
}

function textResult(text: string, index: number, reply: MockReply, model: MockContext['model']): EncodeResult {
  if (reply.kind === 'error') return { ...errorResult(NO_ITEM, reply), request_id: index };
  const vector = embedText(text, model.embedding_dim);
  if (reply.kind === 'garbage' && reply.garbage === 'nan') vector[0] = Number.NaN;
  const version = reply.kind === 'garbage' && reply.garbage === 'wrong_version' ? 'another-model-9' : model.version;
  return {
    request_id: index,
    embedding: { values_f32le: toF32le(vector), dim: model.embedding_dim, model_version: version },
  };
}

const NO_ITEM: ImageItem__Output = { request_id: 0, ref: null, timeout_ms: 0 };
