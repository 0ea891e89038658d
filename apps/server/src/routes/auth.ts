import type { FastifyInstance } from 'fastify';
import { type ApiLogin, LOGIN } from '../api/index.js';
import { type AccessRules, isSameSecret, makeSession, SESSION_COOKIE, SESSION_MS } from '../http/access.js';
import type { CountGuess } from '../http/guess-limit.js';
import type { LoginLink } from '../http/login-link.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';

// Anybody may send one.
const LARGEST_LOGIN_BYTES = 4_096;

export interface AuthOptions {
  readonly basePath: string;
  readonly access: AccessRules;
  readonly loginLink?: LoginLink | undefined;
  readonly countGuess: CountGuess;
}

/** `POST /api/login`, `POST /api/logout` */
export function addAuthRoutes(app: FastifyInstance, { basePath, access, loginLink, countGuess }: AuthOptions): void {
  const path = `${basePath}/`;
  const isRight = ({ token, link }: ApiLogin): boolean =>
    token === undefined
      ? link !== undefined && loginLink?.redeem(link, Date.now()) === true
      : isSameSecret(token, access.token);
  addRoute(app, {
    method: 'POST',
    url: '/api/login',
    summary: 'Trades the token, or the secret of the link that the server printed, for a session cookie',
    body: LOGIN,
    isOpen: true,
    successStatus: 204,
    // Wrong ones have a limit of their own; the right one is never refused.
    options: { bodyLimit: LARGEST_LOGIN_BYTES, config: { rateLimit: false } },
    async handle({ body, request, reply }) {
      if (!isRight(body)) throw refuse(await countGuess(request, reply), body);
      reply.setCookie(SESSION_COOKIE, makeSession(access.token, Date.now()), {
        path,
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https',
        maxAge: SESSION_MS / 1_000,
      });
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/logout',
    summary: 'Drops the session cookie',
    isOpen: true,
    successStatus: 204,
    handle({ reply }) {
      reply.clearCookie(SESSION_COOKIE, { path });
    },
  });
}

function refuse(isGuessing: boolean, { link }: ApiLogin): HttpProblem {
  if (isGuessing) return new HttpProblem('TOO_MANY_REQUESTS', 'Too many wrong tokens came from here: wait a minute.');
  if (link === undefined) return new HttpProblem('UNAUTHORIZED', 'This is not the token.');
  return new HttpProblem('UNAUTHORIZED', 'This link was used, or is too old: log in with the token.');
}
