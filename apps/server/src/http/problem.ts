import { DatabaseError, type DatabaseErrorCode } from '@clip-watch/db';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiProblem } from '../api/index.js';
import { HostError, type HostErrorCode } from '../errors.js';

/** Codes of answers that are no success. Each has an entry in `docs/errors.md`. */
export const PROBLEM_CODES: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  BAD_REQUEST: [400, 'The request is not valid'],
  BAD_PATH: [400, 'The folder cannot be a library'],
  BAD_PICTURE: [422, 'The picture cannot be used'],
  UNAUTHORIZED: [401, 'A token is needed'],
  CROSS_SITE: [403, 'Requests from other sites are refused'],
  NOT_FOUND: [404, 'There is no such thing'],
  METHOD_NOT_ALLOWED: [405, 'The method does not fit'],
  TOO_LARGE: [413, 'The request is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The media type does not fit'],
  TOO_SLOW: [408, 'The request came too slowly'],
  MODEL_SWITCH: [409, 'The model cannot be changed like this'],
  NOTHING_ASKED: [409, 'The library asks nothing'],
  BAD_RANGE: [416, 'The range lies outside the file'],
  WRONG_HOST: [421, 'The server does not answer to this host name'],
  PHOTO_UNREADABLE: [422, 'The photo cannot be read'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  INTERNAL: [500, 'An error of clip-watch itself'],
  PLUGIN: [502, 'A plugin gave no answer'],
  SEARCH_UNAVAILABLE: [503, 'The search cannot answer now'],
  LIBRARY_OFFLINE: [503, 'The library is offline'],
  NOT_ANSWERING: [503, 'The disk does not answer'],
  PHOTO_CHANGED: [503, 'The photo changed just now'],
  BUSY: [503, 'The server has too much to do'],
  NOT_READY: [503, 'The server is not ready'],
  DATABASE: [503, 'The database cannot answer now'],
  DISK_FULL: [507, 'The disk of the server is full'],
};

export type ProblemCode =
  | 'BAD_REQUEST'
  | 'BAD_PATH'
  | 'BAD_PICTURE'
  | 'UNAUTHORIZED'
  | 'CROSS_SITE'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_SLOW'
  | 'MODEL_SWITCH'
  | 'NOTHING_ASKED'
  | 'BAD_RANGE'
  | 'WRONG_HOST'
  | 'PHOTO_UNREADABLE'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL'
  | 'PLUGIN'
  | 'SEARCH_UNAVAILABLE'
  | 'LIBRARY_OFFLINE'
  | 'NOT_ANSWERING'
  | 'PHOTO_CHANGED'
  | 'BUSY'
  | 'NOT_READY'
  | 'DATABASE'
  | 'DISK_FULL';

/** Thrown by routes; becomes the answer. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

export function toProblem(code: ProblemCode, detail: string): ApiProblem {
  const [status, title] = PROBLEM_CODES[code];
  return { type: `urn:clip-watch:problem:${code}`, title, status, code, detail };
}

/** Seconds after which another try is worth it. */
const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = { BUSY: 2, PHOTO_CHANGED: 5 };

export function sendProblem(reply: FastifyReply, code: ProblemCode, detail: string): FastifyReply {
  const problem = toProblem(code, detail);
  const retryAfterS = RETRY_AFTER_S[code];
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/** Every error of every route leaves as a problem document: no stack, no path of this machine. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 'NOT_FOUND', `There is no ${request.method} ${pathOf(request)}.`),
  );
}

/** The path without its query: queries may hold words that somebody searched for. */
export function pathOf(request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '').slice(0, 200);
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, detail } = classify(error);
  if (PROBLEM_CODES[code][0] >= 500)
    request.log[levelOf(code, request, reply)]({ err: error, path: pathOf(request) }, 'request failed');
  return sendProblem(reply, code, detail);
}

/** What is away (an encoder, a library) is told once by its keeper, not again by each request that meets it. */
const OWN_ERRORS: ReadonlySet<ProblemCode> = new Set(['INTERNAL', 'DATABASE']);

function levelOf(code: ProblemCode, request: FastifyRequest, reply: FastifyReply): 'error' | 'debug' {
  // Whoever left, or was sent away by the end of the server, made the error: it says nothing about the server.
  const isGone = reply.raw.destroyed || request.raw.socket?.destroyed === true;
  return OWN_ERRORS.has(code) && !isGone ? 'error' : 'debug';
}

const OF_HOST_ERROR: Partial<Record<HostErrorCode, ProblemCode>> = {
  BAD_PATH: 'BAD_PATH',
  BAD_SETTINGS: 'BAD_REQUEST',
  USAGE: 'BAD_REQUEST',
  NOT_FOUND: 'NOT_FOUND',
  NOT_ANSWERING: 'NOT_ANSWERING',
  NOTHING_ASKED: 'NOTHING_ASKED',
  BAD_PICTURE: 'BAD_PICTURE',
  PHOTO_CHANGED: 'PHOTO_CHANGED',
  BUSY: 'BUSY',
  PLUGIN: 'PLUGIN',
  SEARCH_UNAVAILABLE: 'SEARCH_UNAVAILABLE',
  MODEL_SWITCH: 'MODEL_SWITCH',
};

const OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'CROSS_SITE',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  416: 'BAD_RANGE',
  429: 'TOO_MANY_REQUESTS',
};

interface Classified {
  readonly code: ProblemCode;
  readonly detail: string;
}

const DATABASE_AWAY: Classified = { code: 'DATABASE', detail: 'The database cannot answer now. See the log.' };

const NO_JSON: Classified = {
  code: 'UNSUPPORTED_MEDIA_TYPE',
  detail: 'Send JSON with the header content-type: application/json, a picture as multipart/form-data.',
};

// What is the request's own fault, or came too late; its own words may name paths.
const OF_DATABASE_ERROR: Partial<Record<DatabaseErrorCode, Classified>> = {
  BAD_CURSOR: { code: 'BAD_REQUEST', detail: 'cursor: is not one that this list gave out' },
  NOT_FOUND: { code: 'NOT_FOUND', detail: 'It was removed meanwhile.' },
  DUPLICATE: { code: 'BAD_PATH', detail: 'The folder is a library already.' },
};

function classify(error: FastifyError): Classified {
  if (error instanceof HttpProblem) return { code: error.code, detail: error.message };
  if (error instanceof z.ZodError) return { code: 'BAD_REQUEST', detail: issuesText(error) };
  if (error instanceof HostError) return { code: OF_HOST_ERROR[error.code] ?? 'INTERNAL', detail: error.message };
  if (error instanceof DatabaseError) return OF_DATABASE_ERROR[error.code] ?? DATABASE_AWAY;
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return NO_JSON;
  const known = OF_STATUS[error.statusCode ?? 500];
  // Below 500 the framework's own words are about the request; above, they may be about anything.
  if (known !== undefined) return { code: known, detail: error.message };
  if (error.statusCode !== undefined && error.statusCode < 500) return { code: 'BAD_REQUEST', detail: error.message };
  return { code: 'INTERNAL', detail: 'Something went wrong here. The log says what.' };
}

function issuesText(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
