import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessRequest, type AccessRules, type AccessVerdict, decideAccess, SESSION_COOKIE } from './access.js';
import { HttpProblem, type ProblemCode, sendProblem } from './problem.js';

const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

// A page of a grid asks for hundreds of thumbnails at once.
const REQUESTS_PER_MINUTE = 6_000;

const NO_HEADERS = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };

const REFUSALS: Readonly<Record<Exclude<AccessVerdict, 'allowed'>, readonly [ProblemCode, string]>> = {
  'wrong-host': ['WRONG_HOST', 'Add this host name to ALLOWED_HOSTS, or use the address of the machine.'],
  'cross-site': ['CROSS_SITE', 'This request came from another site.'],
  unauthorized: ['UNAUTHORIZED', 'Send the token as "Authorization: Bearer …", or log in on the page.'],
};

/** Headers, limits and access for every route, before any of them runs. */
export async function installSecurity(
  app: FastifyInstance,
  rules: AccessRules,
  maxPerMinute: number = REQUESTS_PER_MINUTE,
): Promise<void> {
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // TLS is a proxy's affair: this header on plain HTTP would lock people out of their own server.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  app.addHook('onRequest', async (request, reply) => {
    const verdict = decideAccess(toAccessRequest(request), rules);
    if (verdict !== 'allowed') await sendProblem(reply, ...REFUSALS[verdict]);
  });
  await app.register(rateLimit, {
    max: maxPerMinute,
    timeWindow: '1 minute',
    addHeaders: NO_HEADERS,
    addHeadersOnExceeding: NO_HEADERS,
    errorResponseBuilder: () => new HttpProblem('TOO_MANY_REQUESTS', 'Wait a minute, then try again.'),
  });
  app.addHook('onSend', async (_request, reply: FastifyReply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-store');
  });
}

// The pages and their scripts: they hold no data, and the login is one of them. Everything else says itself what it is.
const DATA_ROUTE = /^\/(api|metrics|healthz|readyz)(\/|$)/;

function toAccessRequest(request: FastifyRequest): AccessRequest {
  const { url, config } = request.routeOptions;
  // Without a route there is nothing to be open.
  const isPage = url !== undefined && !DATA_ROUTE.test(url);
  return {
    method: request.method,
    host: request.host,
    protocol: request.protocol,
    isOpen: isPage || config.isOpen === true,
    isPage,
    headers: request.headers,
    sessionCookie: request.cookies[SESSION_COOKIE],
    now: Date.now(),
  };
}
