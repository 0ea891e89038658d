import type { DaoContext } from '../dao-context.js';
import {
  CLAIM_OWNERS,
  EXTEND_CLAIM,
  RELEASE_CLAIM,
  RELEASE_OWNER,
  RELEASE_ROWS,
  RESCUE_EXPIRED,
} from '../sql/release-claims.js';
import { LONGEST_LEASE_MS } from './claim-plan.js';
import type { DrainDao } from './image-drain-types.js';

type LeaseDao = Pick<
  DrainDao,
  'releaseClaims' | 'extendClaim' | 'rescueExpiredClaims' | 'claimOwners' | 'releaseOwner'
>;

const RESCUE_BATCH = 500;

/** What becomes of a claim that brings no outcome. */
export function createLeaseDao({ lane, now }: DaoContext): LeaseDao {
  return {
    releaseClaims: (token, { ids, crashedIds = [] } = {}) => {
      const crashed = JSON.stringify(crashedIds);
      if (ids === undefined) return lane.write((sql) => sql.run(RELEASE_CLAIM, { token, crashedIds: crashed }));
      return lane.write((sql) => sql.run(RELEASE_ROWS, { token, ids: JSON.stringify(ids), crashedIds: crashed }));
    },
    extendClaim: (token, leaseMs) =>
      lane.write((sql) => sql.run(EXTEND_CLAIM, { token, leaseUntil: now() + Math.min(leaseMs, LONGEST_LEASE_MS) })),
    async rescueExpiredClaims() {
      const limits = { jumpedAfter: now() + 2 * LONGEST_LEASE_MS, limit: RESCUE_BATCH };
      let rescued = 0;
      for (;;) {
        const changed = await lane.write((sql) => sql.run(RESCUE_EXPIRED, { now: now(), ...limits }));
        rescued += changed;
        if (changed < RESCUE_BATCH) return rescued;
      }
    },
    async claimOwners() {
      const rows = await lane.read((sql) => sql.all(CLAIM_OWNERS, {}));
      return rows.map(({ owner }) => owner);
    },
    releaseOwner: (owner) => lane.write((sql) => sql.run(RELEASE_OWNER, { owner })),
  };
}
