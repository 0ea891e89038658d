import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify';
import { z } from 'zod';
import { type DeepReadonly, PROBLEM } from '../api/index.js';

export interface RouteInput<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the caller went away. */
  readonly signal: AbortSignal;
}

export interface RouteSpec<P, Q, B, A> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly summary: string;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** What a success looks like. The compiler holds handlers to it, and the tests real answers. */
  readonly answer?: z.ZodType<A>;
  /** Media type of a success that is no JSON. */
  readonly produces?: string;
  readonly successStatus?: number;
  /** Needs no token: it tells nothing about the photos. */
  readonly isOpen?: boolean;
  readonly options?: Partial<RouteOptions>;
  handle(input: RouteInput<P, Q, B>): Answer<NoInfer<A>> | Promise<Answer<NoInfer<A>>>;
}

/** Without a schema a handler may answer anything, or by itself. */
type Answer<A> = unknown extends A ? unknown : DeepReadonly<A>;

declare module 'fastify' {
  interface FastifyContextConfig {
    isOpen?: boolean;
  }
}

/** Registers a route whose input is checked by its own schemas, which also make its OpenAPI entry. */
export function addRoute<P = unknown, Q = unknown, B = unknown, A = unknown>(
  app: FastifyInstance,
  spec: RouteSpec<P, Q, B, A>,
): void {
  app.route({
    ...spec.options,
    method: spec.method,
    url: spec.url,
    config: { ...spec.options?.config, isOpen: spec.isOpen === true },
    schema: openApiOf(spec),
    handler: async (request, reply) => {
      const params = parse(spec.params, request.params);
      const query = parse(spec.query, request.query);
      const body = parse(spec.body, request.body);
      const answer = await spec.handle({ params, query, body, request, reply, signal: goneSignal(reply) });
      if (spec.successStatus !== undefined && !reply.sent) reply.code(spec.successStatus);
      return answer;
    },
  });
}

function parse<T>(schema: z.ZodType<T> | undefined, value: unknown): T {
  // Without a schema the handler's type is `unknown`, which takes anything.
  return schema === undefined ? (value as T) : schema.parse(value ?? {});
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function openApiOf<P, Q, B, A>(spec: RouteSpec<P, Q, B, A>): FastifySchema {
  const status = String(spec.successStatus ?? 200);
  return {
    summary: spec.summary,
    ...(spec.params ? { params: toJsonSchema(spec.params) } : {}),
    ...(spec.query ? { querystring: toJsonSchema(spec.query) } : {}),
    ...(spec.body ? { body: toJsonSchema(spec.body) } : {}),
    response: {
      [status]: successOf(spec),
      default: { description: 'A problem document', ...toJsonSchema(PROBLEM) },
    },
  };
}

function successOf<A>({
  answer,
  produces,
  summary,
}: Pick<RouteSpec<never, never, never, A>, 'answer' | 'produces' | 'summary'>): object {
  if (answer !== undefined) return { description: summary, ...toJsonSchema(answer) };
  if (produces !== undefined)
    return { description: summary, content: { [produces]: { schema: { type: 'string', format: 'binary' } } } };
  return { description: summary, type: 'null' };
}

function toJsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  return rest;
}
