/**
 * The JSON of the HTTP API, and of every command's `--json`. Type-only: the pages import it too.
 * Times are epoch milliseconds, sizes are bytes.
 */

export type ClipRunState = 'running' | 'paused' | 'idle' | 'offline' | 'disabled' | 'misconfigured';

export interface ApiLibrary {
  readonly id: number;
  readonly name: string;
  readonly rootPath: string;
  readonly excludedDirs: readonly string[];
  readonly state: 'online' | 'offline' | 'paused';
  /** One sentence for people, when the state is not `online` or a question is open. */
  readonly stateReason: string | null;
  /**
   * What only a person can tell. `other_root`: another folder lies at `rootPath`; is it the library now? `most_gone`: most
   * photos are not found, and nothing is marked missing; is their disk away, or were they deleted?
   */
  readonly question: 'other_root' | 'most_gone' | null;
  /** What was said to `most_gone`; `deleted` until the next scan has marked them missing. */
  readonly answer: 'away' | 'deleted' | null;
  readonly lastScanAt: number | null;
  readonly scanning: boolean;
  readonly counts: ApiCounts;
}

/** `GET /api/libraries`, in the order they were added. `POST` and `PATCH` answer with one `ApiLibrary`. */
export interface ApiLibraries {
  readonly items: readonly ApiLibrary[];
}

/** `POST /api/libraries/:id/gone`: what became of the photos that are gone. */
export interface ApiGoneAnswer {
  readonly answer: 'away' | 'deleted';
}

/** `POST /api/libraries` (with `rootPath`) and `PATCH /api/libraries/:id` (without). */
export interface ApiLibraryDraft {
  readonly rootPath?: string;
  readonly name?: string;
  readonly excludedDirs?: readonly string[];
}

export interface ApiCounts {
  readonly photos: number;
  readonly encoded: number;
  readonly pending: number;
  readonly failed: number;
  readonly skipped: number;
  readonly missing: number;
  /** Encoded from less than the model's input size. */
  readonly lowQuality: number;
  /** `encoded / (photos - skipped)`, 0 to 1; 1 for an empty library. */
  readonly coverage: number;
}

export interface ApiEncoder {
  readonly address: string;
  readonly state: string;
  readonly reason: string | null;
  readonly model: { readonly name: string; readonly version: string } | null;
  readonly inFlight: number;
  readonly window: number;
}

/** `GET /api/clip/status` and `clip-watch status --json`. */
export interface ApiClipStatus extends ApiCounts {
  readonly state: ClipRunState;
  /** One sentence for people, when `state` is not `running` or `idle`. */
  readonly reason: string | null;
  readonly model: {
    readonly name: string;
    readonly version: string;
    readonly dimension: number;
    readonly starter: boolean;
  } | null;
  readonly encoders: readonly ApiEncoder[];
  readonly concurrency: number;
  /** The hours in which encoding rests, like `22:00-07:00`; null for none. */
  readonly quietHours: string | null;
  readonly imagesPerSecond: number;
  /** Seconds until the backlog is done, as a range; null when nothing is pending or nothing is known yet. */
  readonly etaSeconds: { readonly low: number; readonly high: number } | null;
  /** Null when every photo is in the model that is searched, or on its way into its first one. */
  readonly change: ApiModelChange | null;
  readonly libraries: readonly (ApiCounts & {
    readonly id: number;
    readonly name: string;
    readonly state: ApiLibrary['state'];
    readonly stateReason: string | null;
    readonly question: ApiLibrary['question'];
    readonly answer: ApiLibrary['answer'];
    readonly scanning: boolean;
  })[];
}

/** Photos on their way from one model to another. */
export interface ApiModelChange {
  /** `encoding`: the search is in the model of before. `changed`: it is in the new one, and finds what is ready. */
  readonly state: 'encoding' | 'changed';
  readonly from: { readonly name: string; readonly version: string } | null;
  readonly to: { readonly name: string; readonly version: string };
  /** Photos that have their outcome in the new model, of all that a search could find. */
  readonly done: number;
  readonly total: number;
  readonly coverage: number;
  /** Encoded photos that the search does not find before the change (new ones), or not yet after it. */
  readonly notFound: number;
  readonly etaSeconds: ApiClipStatus['etaSeconds'];
}

/** `PATCH /api/clip/settings`. */
export interface ApiClipSettings {
  readonly concurrency: number;
  readonly quietHours: string | null;
  /** One sentence when a change does not hold over a restart, and why. */
  readonly notice: string | null;
}

export interface ApiImage {
  readonly id: number;
  readonly libraryId: number;
  readonly relPath: string;
  readonly fileSize: number;
  readonly mediaType: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly orientation: number | null;
  readonly takenAt: number | null;
  readonly takenAtOffsetMin: number | null;
  readonly modifiedAt: number;
  readonly camera: string | null;
  readonly lens: string | null;
  readonly iso: number | null;
  readonly aperture: number | null;
  readonly exposureS: number | null;
  readonly focalLengthMm: number | null;
  readonly gps: { readonly latitude: number; readonly longitude: number } | null;
  readonly clipStatus: 'pending' | 'encoded' | 'failed' | 'skipped';
  readonly clipQuality: 'full' | 'preview' | 'low' | null;
}

export interface ApiPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What the filters can be set to: `GET /api/filters`. */
export interface ApiFilters {
  /** Each is a value of the filter `camera`. */
  readonly cameras: readonly string[];
  /** The months that hold photos, newest first, like `2024-03`; in UTC. */
  readonly months: readonly string[];
}

/** `GET /api/images/:id/thumbnail?size=`: a WebP whose longer side is at most 512 (`grid`, the default) or 1920 (`view`). */
export type ApiThumbnailSize = 'grid' | 'view';

/** `GET /api/images/:id/clip` and `clip-watch explain PATH --json`. */
export interface ApiClipExplanation {
  readonly id: number;
  readonly libraryId: number;
  readonly relPath: string;
  readonly searchable: boolean;
  /** One paragraph for people. */
  readonly explanation: string;
  readonly status: ApiImage['clipStatus'];
  readonly quality: ApiImage['clipQuality'];
  readonly modelVersion: string | null;
  readonly encodedAt: number | null;
  readonly attempts: number;
  readonly crashes: number;
  readonly nextAttemptAt: number | null;
  readonly errorClass: string | null;
  readonly errorReason: string | null;
  readonly errorMessage: string | null;
  /** What a person can do; null when there is nothing to do. */
  readonly remedy: string | null;
}

export interface ApiFailure {
  readonly id: number;
  readonly libraryId: number;
  readonly relPath: string;
  readonly status: 'failed' | 'pending';
  readonly errorClass: string;
  readonly reason: string;
  readonly message: string;
  readonly remedy: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
}

/** `GET /api/clip/failures`: the groups count all of them, `items` is one page. */
export interface ApiFailures extends ApiPage<ApiFailure> {
  readonly groups: readonly {
    readonly reason: string;
    readonly errorClass: string;
    readonly status: 'failed' | 'pending';
    readonly count: number;
    readonly remedy: string | null;
  }[];
}

/** `POST /api/clip/failures/retry`. Exactly one of `ids`, `reason` and `all`. */
export interface ApiRetryRequest {
  readonly ids?: readonly number[];
  readonly reason?: string;
  /** With a reason: only in this library. */
  readonly library?: number;
  readonly all?: true;
}

/**
 * `POST /api/search`, and the filters, `limit` and `cursor` of it as the query string of `POST /api/search/image`, whose
 * body is a multipart form with the picture in the field `image`. Exactly one of `text` and `imageId`. */
export interface ApiSearchRequest {
  readonly text?: string;
  readonly notText?: string;
  readonly imageId?: number;
  /** A part of the upright picture of `imageId`, as fractions of its sides. */
  readonly crop?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly library?: number;
  readonly camera?: string;
  readonly takenAfter?: number;
  readonly takenBefore?: number;
  /** The least score of a hit, -1 to 1. Without it: for words what the server takes for unrelated is left out. */
  readonly minScore?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ApiSearchHit extends ApiImage {
  /** Cosine similarity, -1 to 1. */
  readonly score: number;
}

export interface ApiSearchAnswer extends ApiPage<ApiSearchHit> {
  readonly modelVersion: string;
  /** The least score of a hit in this answer; null when none was asked for or worked out. */
  readonly minScore: number | null;
  /** Ranked photos that were left out because of it. */
  readonly belowMinScore: number;
  /** Share of the searchable photos that this answer could look at, 0 to 1. */
  readonly coverage: number;
  /** One sentence, when there is something to know (starter model, partial coverage). */
  readonly notice: string | null;
}

/** `application/problem+json`. */
export interface ApiProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** Server-sent events of `GET /api/events`: the event's name and its data. */
export interface ApiEvents {
  readonly status: ApiClipStatus;
  readonly library: { readonly id: number; readonly change: 'scan-started' | 'scan-ended' | 'changed' | 'removed' };
}
