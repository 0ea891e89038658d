import { countFailed, type MockState } from './mock-api.js';
import { mockPhotos } from './mock-photos.js';

/** A server in the middle of its work: 90 % encoded, a few failures of three kinds. */
export function workingState(photoCount = 400): MockState {
  const photos = mockPhotos(photoCount);
  const failures = mockFailures();
  const counts = {
    photos: 48_230,
    encoded: 43_112,
    pending: 4_980,
    failed: countFailed(failures),
    skipped: 120,
    missing: 6,
    lowQuality: 14,
    coverage: 0.896,
  };
  const asked = { stateReason: null, question: null, answer: null };
  const library = { id: 1, name: 'Family photos', state: 'online', ...asked, scanning: false };
  return {
    listeners: new Set(),
    photos,
    failures,
    token: null,
    wordsStatus: 200,
    isStreamHeldBack: false,
    requests: [],
    settings: { concurrency: 4, quietHours: null },
    libraries: [
      {
        ...library,
        rootPath: '/srv/photos/family',
        excludedDirs: ['@eaDir', '/Private/2019'],
        lastScanAt: Date.now() - 240_000,
        counts,
      },
    ],
    status: {
      ...counts,
      state: 'running',
      reason: null,
      model: { name: 'clip-vit-base-patch32', version: 'b3c1f2a9d0e4', dimension: 512, starter: false },
      encoders: [
        {
          address: 'grpcs://gpu-box:50051',
          state: 'open',
          reason: null,
          model: { name: 'clip-vit-base-patch32', version: 'b3c1f2a9d0e4' },
          inFlight: 4,
          window: 4,
        },
      ],
      concurrency: 4,
      quietHours: null,
      imagesPerSecond: 38.4,
      etaSeconds: { low: 120, high: 190 },
      change: null,
      libraries: [{ ...counts, ...library }],
    },
  };
}

/** Nothing has been added yet. */
export function firstStartState(): MockState {
  const state = workingState(0);
  const none = { photos: 0, encoded: 0, pending: 0, failed: 0, skipped: 0, missing: 0, lowQuality: 0, coverage: 1 };
  state.libraries = [];
  Object.assign(state.status, none, { state: 'idle', libraries: [], etaSeconds: null, imagesPerSecond: 0 });
  state.failures = [];
  return state;
}

function mockFailures(): MockState['failures'] {
  const kinds = [
    ['truncated', 'photo', 'VipsJpeg: premature end of JPEG image', 'Copy the file again from the camera or a backup.'],
    [
      'no_preview',
      'photo',
      'no preview of at least 128 pixels in this RAW file',
      'Export it as JPEG beside the RAW file.',
    ],
    [
      'unreadable',
      'environment',
      "EACCES: permission denied, open 'private.jpg'",
      'The file cannot be read. Check its permissions, the disk and the mount.',
    ],
  ] as const;
  return Array.from({ length: 12 }, (_, index) => {
    const [reason, errorClass, message, remedy] = kinds[index % 5] ?? kinds[0];
    const isWaiting = errorClass === 'environment';
    return {
      id: index + 1,
      libraryId: 1,
      relPath: `2014/Iceland/IMG_${4400 + index}.${reason === 'no_preview' ? 'NEF' : 'jpg'}`,
      status: isWaiting ? 'pending' : 'failed',
      errorClass,
      reason,
      message,
      remedy,
      attempts: isWaiting ? 4 : 1,
      nextAttemptAt: isWaiting ? Date.now() + 600_000 : null,
    };
  });
}
