/** The words of this package. Bytes, pixels and outcomes only: it knows neither files nor tables. */

export interface ImageRef {
  /** SHA-256 of the photo's bytes, lower-case hex. Opaque to the encoder; echoed in its answer. */
  readonly contentHash: string;
  /** Left out of the message unless the encoder is on loopback or the client was told to send names. */
  readonly libraryId?: string;
  readonly relPath?: string;
}

export type ImagePayload =
  /** 8-bit RGB, rows from the top, no padding: exactly `width * height * 3` bytes. */
  | { readonly kind: 'rgb'; readonly width: number; readonly height: number; readonly data: Uint8Array }
  /** A picture file as it lies on disk. */
  | { readonly kind: 'encoded'; readonly data: Uint8Array; readonly mediaType: string };

export interface ImageToEncode {
  /** The caller's own key, echoed in the outcome. */
  readonly imageId: number;
  readonly ref: ImageRef;
  readonly payload: ImagePayload;
}

/** Every image taken from the caller ends in exactly one outcome. */
export type EncodeOutcome = EncodedOutcome | PermanentOutcome | TransientOutcome;

export interface EncodedOutcome {
  readonly kind: 'encoded';
  readonly imageId: number;
  readonly contentHash: string;
  /** A buffer of its own, `dimension` numbers, all finite, L2 norm 1 where the model says so. */
  readonly embedding: Float32Array;
  readonly modelVersion: string;
  /** Time at the server, queueing included. */
  readonly durationMs: number;
}

/** Only ever from `ItemError.retry = RETRY_NEVER`. */
export interface PermanentOutcome {
  readonly kind: 'permanent';
  readonly imageId: number;
  readonly contentHash: string;
  readonly reason: 'undecodable' | 'unsupported_media' | 'too_large' | 'refused';
  readonly message: string;
}

export interface TransientOutcome {
  readonly kind: 'transient';
  readonly imageId: number;
  readonly contentHash: string;
  /** `service`: the encoder is away, busy or wrong; `bug`: the item itself was malformed, our own fault. */
  readonly errorClass: 'service' | 'bug';
  readonly reason:
    | 'unavailable'
    | 'overloaded'
    | 'timeout'
    | 'cancelled'
    | 'protocol'
    | 'internal'
    | 'model_loading'
    | 'invalid_item'
    | 'misconfigured';
  readonly message: string;
  /** The encoder asked for at least this long a pause. */
  readonly retryAfterMs?: number;
}

export type ResizeMode = 'shortest-side-center-crop' | 'stretch';
export type ResampleFilter = 'bicubic' | 'bilinear' | 'lanczos';

/** How to make pixels for this model; the contract's `Preprocessing`, checked. Mean and std are the server's affair. */
export interface PixelRecipe {
  readonly resizeMode: ResizeMode;
  readonly resampleFilter: ResampleFilter;
  /** Target of the shorter side before the crop, in pixels. */
  readonly resizeSize: number;
  /** Side of the square that is sent, in pixels. */
  readonly inputSize: number;
}

/** The model that the pool agrees on. */
export interface ClipModel {
  readonly name: string;
  readonly version: string;
  readonly dimension: number;
  readonly normalized: boolean;
  /** Absent: the encoder takes encoded bytes only. */
  readonly pixels?: PixelRecipe;
  readonly acceptedMediaTypes: readonly string[];
  readonly supportsText: boolean;
  readonly maxTextTokens: number;
  /** Largest encoded picture in bytes and pixels; absent: not stated. */
  readonly maxImageBytes?: number;
  readonly maxImagePixels?: number;
}

export type EncoderState =
  | 'idle'
  | 'connecting'
  | 'open'
  | 'draining'
  | 'waiting'
  | 'broken'
  | 'misconfigured'
  | 'closed';

export interface EncoderHealth {
  /** As configured, for example `grpc://10.0.0.5:50051`; never with a token. */
  readonly address: string;
  readonly state: EncoderState;
  /** One sentence for people; absent when nothing is wrong. */
  readonly reason?: string;
  readonly model?: Pick<ClipModel, 'name' | 'version'>;
  readonly inFlight: number;
  readonly window: number;
  /** Epoch ms of the next try, when `state` is `waiting` or `broken`. */
  readonly nextAttemptAt?: number;
}

export interface ClipHealth {
  /** `up`: at least one encoder can take items now. */
  readonly state: 'up' | 'down' | 'misconfigured' | 'disabled';
  readonly reason?: string;
  readonly encoders: readonly EncoderHealth[];
}

export interface ClipClientOptions {
  /** Apollo addresses, best first: `grpc://host:port`, `grpcs://host:port`, `unix:/path`. None: disabled. */
  readonly addresses: readonly string[];
  /**
   * Serves only while every one of `addresses` is away, and only with the model version that is already in force
   * (pinned, or told by one of them).
   */
  readonly fallbackAddress?: string;
  /** Images sent ahead of their replies to one encoder, 1 to 256. Default 4. */
  readonly concurrency?: number;
  readonly token?: string;
  /** PEM file of the certificate authority for `grpcs://`. Default: the system's. */
  readonly caFile?: string;
  /** The only model version that may be stored; an encoder of another is `misconfigured`. Default: the first one met. */
  readonly modelVersion?: string;
  /** Send library id and path to encoders that are not on this machine. Default false. */
  readonly sendNames?: boolean;
  /** The client stops waiting for one item after this. Default 30,000. */
  readonly itemTimeoutMs?: number;
  /** Product and version for the encoder's logs. */
  readonly clientName?: string;
  readonly log?: ClipLogger;
}

/** The part of a pino logger that this package uses. */
export interface ClipLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ClipClient extends AsyncDisposable {
  /** False when no address was given: then no socket is opened and no timer is set, ever. */
  readonly isEnabled: boolean;
  /** The model in force, once an encoder was met. */
  readonly model: ClipModel | undefined;
  readonly concurrency: number;
  /** Changes the window while running. @throws RangeError outside 1 to 256 */
  setConcurrency(concurrency: number): void;
  /** Pins or changes the only model version that may be stored; streams of another version are dropped. */
  setModelVersion(version: string): void;
  health(): ClipHealth;
  /**
   * Resolves with the model once an encoder can take items.
   * @throws ClipClientError DISABLED, MISCONFIGURED (the encoders were met and refused), CANCELLED (signal)
   */
  whenReady(options?: { readonly signal?: AbortSignal }): Promise<ClipModel>;
  /**
   * Encodes a stream of images. Takes the next image only when an encoder has a free place, so the caller's
   * preparation never runs more than a window ahead. Outcomes come in any order, exactly one for each image taken.
   * When no encoder can take items any more, the images already taken get their outcome and then the iterator throws.
   * @throws ClipClientError UNAVAILABLE, MISCONFIGURED, DISABLED, CANCELLED
   */
  encodeImages(
    images: AsyncIterable<ImageToEncode> | Iterable<ImageToEncode>,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterable<EncodeOutcome>;
  /**
   * Encodes a few texts by a call of their own, never behind the photos.
   * @returns one unit vector a text, in their order, with the model version that made them
   * @throws ClipClientError UNAVAILABLE, DEADLINE_EXCEEDED, NO_TEXT (the model has no text side), INVALID_ARGUMENT
   */
  encodeTexts(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<{ readonly modelVersion: string; readonly embeddings: readonly Float32Array[] }>;
  /** Takes no new images, lets what is in flight end within a grace period, then drops it. Same promise every time. */
  close(): Promise<void>;
}
