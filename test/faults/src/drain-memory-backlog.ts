import type { ClipBacklog, ClipCandidate, ClipFailure, ClipModelState } from '@clip-watch/watcher';

/** A photo of the test's own, and what became of it. */
export interface MemoryPhoto extends ClipCandidate {
  status: 'pending' | 'encoded' | 'failed' | 'skipped';
  nextAttemptAt: number | null;
  token: string | null;
  embedding: Float32Array | null;
  failure: ClipFailure | null;
  attempts: number;
  deferrals: number;
  crashes: number;
}

export interface MemoryBacklog extends ClipBacklog {
  readonly photos: readonly MemoryPhoto[];
}

const LIBRARY = 1;

/**
 * A backlog in a plain array, as a host without our table might keep one: one library, one model, nothing shared
 * between programs. It shows that the drain needs the port and nothing behind it.
 */
export function createMemoryBacklog(count: number): MemoryBacklog {
  const photos = Array.from({ length: count }, (_, index) => newPhoto(index + 1));
  let model: ClipModelState = NO_MODEL;
  let claims = 0;
  const held = (token: string): MemoryPhoto[] => photos.filter((photo) => photo.token === token);
  const take = ({ imageId, token, contentHash }: Pick<ClipFailure, 'imageId' | 'token' | 'contentHash'>) =>
    held(token).find((photo) => photo.id === imageId && photo.contentHash === contentHash);
  const write = <Row extends Pick<ClipFailure, 'imageId' | 'token' | 'contentHash'>>(
    batch: readonly Row[],
    store: (photo: MemoryPhoto, row: Row) => void,
  ): { readonly written: number; readonly stale: number; readonly shared: number } => {
    let written = 0;
    for (const row of batch) {
      const photo = take(row);
      if (photo === undefined) continue;
      store(photo, row);
      photo.token = null;
      written += 1;
    }
    return { written, stale: batch.length - written, shared: 0 };
  };
  return {
    photos,
    listLibraries: async () => [{ id: LIBRARY, state: 'online' }],
    findLibrary: async () => ({ id: LIBRARY, state: 'online' }),
    setLibraryState: async () => {},
    counters: async () => ({ pending: photos.filter(({ status }) => status === 'pending').length, outdated: 0 }),
    async nextDueAt() {
      const times = photos.filter(isFree).map(({ nextAttemptAt }) => nextAttemptAt ?? 0);
      return times.length === 0 ? null : Math.min(...times);
    },
    async claimClipCandidates({ limit, owner, leaseMs, lane, alone = false, reencode = false }) {
      const token = `claim ${++claims}`;
      const now = Date.now();
      const isDue = (photo: MemoryPhoto): boolean =>
        lane === 'retries' ? photo.nextAttemptAt !== null : (photo.nextAttemptAt ?? 0) <= now;
      const candidates = reencode
        ? []
        : photos.filter((photo) => isFree(photo) && isDue(photo) && photo.crashes >= 2 === alone).slice(0, limit);
      for (const photo of candidates) photo.token = token;
      return {
        token,
        owner,
        leaseUntil: now + leaseMs,
        candidates: candidates.map((photo) => ({ ...photo })),
        copied: 0,
      };
    },
    extendClaim: async () => {},
    async releaseClaims(token, { ids, crashedIds = [] } = {}) {
      const given = held(token).filter(({ id }) => ids === undefined || ids.includes(id));
      for (const photo of given) {
        photo.token = null;
        if (crashedIds.includes(photo.id)) photo.crashes += 1;
      }
      return given.length;
    },
    rescueExpiredClaims: async () => {},
    claimOwners: async () => [],
    releaseOwner: async () => {},
    backfillClipEmbeddings: async (batch) =>
      write(batch, (photo, { embedding }) =>
        Object.assign(photo, { status: 'encoded', embedding, nextAttemptAt: null }),
      ),
    recordClipFailures: async (batch) =>
      write(batch, (photo, failure) => {
        photo.status = failure.final ? 'failed' : 'pending';
        photo.failure = failure;
        photo.nextAttemptAt = failure.nextAttemptAt;
        if (failure.countsAttempt) photo.attempts += 1;
        else photo.deferrals += 1;
      }),
    async setSkipped(changes) {
      for (const photo of photos) if (changes.some(({ id }) => id === photo.id)) photo.status = 'skipped';
    },
    async requeue({ ids }) {
      for (const photo of photos) if (ids.includes(photo.id) && photo.status === 'failed') photo.status = 'pending';
    },
    requeueForDecoder: async () => {},
    readModelState: async () => model,
    async pinModel({ version, name }) {
      model = {
        ...NO_MODEL,
        activeModelVersion: version,
        wantedModelVersion: version,
        modelName: name,
        ledgerModelVersion: version,
      };
    },
    switchModel: refuseChange,
    replaceModel: refuseChange,
    activateWantedModel: async () => false,
    forgetEmbeddings: refuseChange,
    foldWaiting: refuseChange,
    retireModel: refuseChange,
    resetLedger: refuseChange,
    settleLedger: refuseChange,
  };
}

const NO_MODEL: ClipModelState = {
  activeModelVersion: null,
  wantedModelVersion: null,
  modelName: null,
  retiringModelVersion: null,
  retiringModelName: null,
  ledgerModelVersion: null,
};

function newPhoto(id: number): MemoryPhoto {
  return {
    id,
    libraryId: LIBRARY,
    relPath: `${id}.jpg`,
    contentHash: id.toString(16).padStart(64, '0'),
    fileSize: 1_000,
    modifiedAtMs: 0,
    attempts: 0,
    deferrals: 0,
    crashes: 0,
    status: 'pending',
    nextAttemptAt: null,
    token: null,
    embedding: null,
    failure: null,
  };
}

function isFree({ status, token }: MemoryPhoto): boolean {
  return status === 'pending' && token === null;
}

async function refuseChange(): Promise<never> {
  throw new Error('this backlog keeps one model for ever');
}
