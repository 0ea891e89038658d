import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessRequest, type AccessRules, type AccessVerdict, decideAccess, SESSION_COOKIE } from './access.js';
import { type CountGuess, callerOf, createGuessLimit, type GuessLimits } from './guess-limit.js';
import type { IsOwnPeer } from './own-peers.js';
import { HttpProblem, type ProblemCode, sendProblem } from './problem.js';
import { cameThroughProxy } from './trusted-proxies.js';

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

type Refusal = Exclude<AccessVerdict, 'allowed'> | 'guessing';

const NO_PROOF = ['UNAUTHORIZED', 'Send the token as "Authorization: Bearer …", or log in on the page.'] as const;

const REFUSALS: Readonly<Record<Refusal, readonly [ProblemCode, string]>> = {
  'wrong-host': ['WRONG_HOST', 'Add this host name to ALLOWED_HOSTS, or use the address of the machine.'],
  'cross-site': ['CROSS_SITE', 'This request came from another site.'],
  'no-proof': NO_PROOF,
  'wrong-proof': NO_PROOF,
  guessing: [
    'TOO_MANY_REQUESTS',
    'Too many wrong tokens came from here: wait a minute. The right one is always taken.',
  ],
};

export interface SecurityOptions {
  readonly access: AccessRules;
  /** Connections that need no proof; without it there are none. */
  readonly isOwnPeer?: IsOwnPeer | undefined;
  readonly basePath: string;
  readonly requestsPerMinute?: number | undefined;
  readonly guesses?: GuessLimits | undefined;
}

/** Headers, limits and access for every route, before any of them runs. */
export async function installSecurity(app: FastifyInstance, options: SecurityOptions): Promise<CountGuess> {
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // TLS is a proxy's affair: this header on plain HTTP would lock people out of their own server.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  await app.register(rateLimit, {
    max: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    timeWindow: '1 minute',
    // What anybody may ask for must not use up what those have who showed a proof from the same address.
    keyGenerator: (request) => `${isOpen(request) ? 'open' : 'proved'} ${callerOf(request)}`,
    addHeaders: NO_HEADERS,
    addHeadersOnExceeding: NO_HEADERS,
    errorResponseBuilder: () => new HttpProblem('TOO_MANY_REQUESTS', 'Wait a minute, then try again.'),
  });
  const countGuess = createGuessLimit(app, options.guesses);
  app.addHook('onRequest', async (request, reply) => {
    const verdict = await judge(request, options);
    if (verdict === 'allowed') return;
    const isGuessing = verdict === 'wrong-proof' && (await countGuess(request, reply));
    // A browser that keeps showing an old cookie would go on to count as one who guesses.
    if (verdict === 'wrong-proof') reply.clearCookie(SESSION_COOKIE, { path: `${options.basePath}/` });
    await sendProblem(reply, ...REFUSALS[isGuessing ? 'guessing' : verdict]);
  });
  app.addHook('onSend', async (_request, reply: FastifyReply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-store');
  });
  return countGuess;
}

async function judge(request: FastifyRequest, { access, isOwnPeer }: SecurityOptions): Promise<AccessVerdict> {
  const verdict = decideAccess(toAccessRequest(request), access);
  if (verdict !== 'no-proof' && verdict !== 'wrong-proof') return verdict;
  if (isOwnPeer === undefined || cameThroughProxy(request.headers)) return verdict;
  return (await isOwnPeer(request.raw.socket)) ? 'allowed' : verdict;
}

// The pages and their scripts: they hold no data, and the login is one of them. Everything else says itself what it is.
const DATA_ROUTE = /^\/(api|metrics|healthz|readyz)(\/|$)/;

function isPage({ routeOptions: { url } }: FastifyRequest): boolean {
  // Without a route there is nothing to be open.
  return url !== undefined && !DATA_ROUTE.test(url);
}

function isOpen(request: FastifyRequest): boolean {
  return isPage(request) || request.routeOptions.config.isOpen === true;
}

function toAccessRequest(request: FastifyRequest): AccessRequest {
  return {
    method: request.method,
    host: request.host,
    rawHost: request.headers.host ?? '',
    protocol: request.protocol,
    isOpen: isOpen(request),
    isPage: isPage(request),
    headers: request.headers,
    sessionCookie: request.cookies[SESSION_COOKIE],
    now: Date.now(),
  };
}
