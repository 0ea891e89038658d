import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { type AccessRules, isSameSecret, makeSession, SESSION_COOKIE, SESSION_MS } from '../http/access.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';

const LOGIN = z.strictObject({ token: z.string().min(1).max(500) });
const TRIES_PER_MINUTE = 10;

/** `POST /api/login`, `POST /api/logout` */
export function addAuthRoutes(app: FastifyInstance, config: Pick<Config, 'basePath'>, { token }: AccessRules): void {
  const path = `${config.basePath}/`;
  addRoute(app, {
    method: 'POST',
    url: '/api/login',
    summary: 'Trades the token for a session cookie',
    body: LOGIN,
    isOpen: true,
    successStatus: 204,
    options: { config: { rateLimit: { max: TRIES_PER_MINUTE, timeWindow: '1 minute' } } },
    handle({ body, request, reply }) {
      if (token !== null && !isSameSecret(body.token, token))
        throw new HttpProblem('UNAUTHORIZED', 'This is not the token.');
      if (token === null) return;
      reply.setCookie(SESSION_COOKIE, makeSession(token, Date.now()), {
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
