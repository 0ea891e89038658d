import { isIP } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Wrong proofs in a minute: tokens, cookies and login links count alike. */
export interface GuessLimits {
  readonly byAddress: number;
  readonly inAll: number;
}

const LIMITS: GuessLimits = { byAddress: 10, inAll: 100 };

/**
 * Counts a wrong proof, and says on the answer when to come back.
 * @returns whether it was one too many
 */
export type CountGuess = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

/** Right proofs are never counted and never refused. Its memory is bounded: thousands of addresses, the latest ones. */
export function createGuessLimit(app: FastifyInstance, limits: GuessLimits = LIMITS): CountGuess {
  const timeWindow = '1 minute';
  const byAddress = app.createRateLimit({ max: limits.byAddress, timeWindow, keyGenerator: callerOf });
  const inAll = app.createRateLimit({ max: limits.inAll, timeWindow, keyGenerator: () => 'all' });
  return async (request, reply) => {
    // One address that is over its own limit uses nothing of what is left for all.
    for (const count of [byAddress, inAll]) {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) continue;
      reply.header('retry-after', counted.ttlInSeconds);
      return true;
    }
    return false;
  };
}

/** Who is counted as one: an address, or the half of an IPv6 address that a household has. */
export function callerOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  // What a proxy forwarded need not be an address, and a Unix socket has none.
  return isIP(ip ?? '') === 0 ? 'no address' : normalizeIP(ip);
}
