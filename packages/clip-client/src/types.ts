import type { Logger } from '@clip-watch/basics';
/** The words of this package. Bytes, pixels and outcomes only: it knows neither files nor tables. */

/** Which photo an image is. Only the hash leaves this machine, unless names may. */
export interface ImageRef {
  /** SHA-256 of the photo's bytes, lower-case hex. Opaque to the encoder; echoed in its answer. */
  readonly contentHash: string;
  /** Left out of the message unless the encoder is on loopback or the client was told to send names. */
  readonly libraryId?: string;
  /** Path below the library's folder. Left out as `libraryId` is. */
  readonly relPath?: string;
}

/** What of a photo is sent: pixels as the model wants them (`ClipModel.pixels`), or the file. */
export type ImagePayload =
  /** 8-bit RGB, rows from the top, no padding: exactly `width * height * 3` bytes. */
  | { readonly kind: 'rgb'; readonly width: number; readonly height: number; readonly data: Uint8Array }
  /** A picture file as it lies on disk. */
  | { readonly kind: 'encoded'; readonly data: Uint8Array; readonly mediaType: string };

/** One image to encode. Its bytes are held until its outcome, and never changed. */
export interface ImageToEncode {
  /** The caller's own key, echoed in the outcome. */
  readonly imageId: number;
  /** Its hash, and its names where they may be sent. */
  readonly ref: ImageRef;
  /** Its pixels or its file. */
  readonly payload: ImagePayload;
}

/** What became of one image, told apart by `kind`. Every image taken from the caller ends in exactly one outcome. */
export type EncodeOutcome = EncodedOutcome | PermanentOutcome | TransientOutcome;

/** The image has its vector. */
export interface EncodedOutcome {
  readonly kind: 'encoded';
  /** As the caller gave it. */
  readonly imageId: number;
  /** As the caller gave it: the hash of the bytes that this vector is of. */
  readonly contentHash: string;
  /** A buffer of its own, `dimension` numbers, all finite, L2 norm 1 where the model says so. */
  readonly embedding: Float32Array;
  /** The model that made it; vectors of two versions may never be compared. */
  readonly modelVersion: string;
  /** Time at the server, queueing included. */
  readonly durationMs: number;
}

/**
 * These bytes will never have a vector of this model version: do not send them again. It only ever comes from
 * `ItemError.retry = RETRY_NEVER`, never from a failed call.
 */
export interface PermanentOutcome {
  readonly kind: 'permanent';
  /** As the caller gave it. */
  readonly imageId: number;
  /** As the caller gave it. */
  readonly contentHash: string;
  /** What the encoder met; `refused` is any reason that this version has no word for. */
  readonly reason: 'undecodable' | 'unsupported_media' | 'too_large' | 'refused';
  /** The encoder's own words, for people. */
  readonly message: string;
}

/** No verdict on the image: the same bytes may be encoded later, or by another encoder. */
export interface TransientOutcome {
  readonly kind: 'transient';
  /** As the caller gave it. */
  readonly imageId: number;
  /** As the caller gave it. */
  readonly contentHash: string;
  /** `service`: the encoder is away, busy or wrong; `bug`: the item itself was malformed, our own fault. */
  readonly errorClass: 'service' | 'bug';
  /** What was met; `invalid_item` alone is of the class `bug`. */
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
  /** For people. */
  readonly message: string;
  /** The encoder asked for at least this long a pause. */
  readonly retryAfterMs?: number;
}

/** How a picture of any shape becomes the square: cropped in the middle, or with its aspect ratio lost. */
export type ResizeMode = 'shortest-side-center-crop' | 'stretch';
/** How pixels are averaged when the size changes, each as PIL does it. */
export type ResampleFilter = 'bicubic' | 'bilinear' | 'lanczos';

/** How to make pixels for this model; the contract's `Preprocessing`, checked. Mean and std are the server's affair. */
export interface PixelRecipe {
  /** How the picture becomes a square. */
  readonly resizeMode: ResizeMode;
  /** How its pixels are averaged. */
  readonly resampleFilter: ResampleFilter;
  /** Target of the shorter side before the crop, in pixels. */
  readonly resizeSize: number;
  /** Side of the square that is sent, in pixels. */
  readonly inputSize: number;
}

/** The model in force: every encoder of one client serves this one, or is left alone. */
export interface ClipModel {
  /** For people, for example `clip-vit-base-patch32`. */
  readonly name: string;
  /** Opaque; kept beside each vector and compared for equality only. */
  readonly version: string;
  /** Numbers in each vector. */
  readonly dimension: number;
  /** Every vector has L2 norm 1. */
  readonly normalized: boolean;
  /** Absent: the encoder takes encoded bytes only. */
  readonly pixels?: PixelRecipe;
  /** Files that the encoder decodes itself, for example `image/jpeg`. Empty: pixels only. */
  readonly acceptedMediaTypes: readonly string[];
  /** False: `encodeTexts` is refused as `NO_TEXT`. */
  readonly supportsText: boolean;
  /** Longer texts are cut there. 0: not stated. */
  readonly maxTextTokens: number;
  /** Largest picture file, in bytes; absent: not stated. */
  readonly maxImageBytes?: number;
  /** Largest decoded picture, in pixels; absent: not stated. */
  readonly maxImagePixels?: number;
}

/** The states of one encoder; this package's README has a sentence on each. */
export type EncoderState =
  | 'idle'
  | 'connecting'
  | 'open'
  | 'draining'
  | 'waiting'
  | 'broken'
  | 'misconfigured'
  | 'closed';

/** How one encoder is at this moment. */
export interface EncoderHealth {
  /** As configured, for example `grpc://10.0.0.5:50051`; never with a token. */
  readonly address: string;
  /** What it is at. */
  readonly state: EncoderState;
  /** One sentence for people; absent when nothing is wrong. */
  readonly reason?: string;
  /** The model that it serves; absent until it was met. */
  readonly model?: Pick<ClipModel, 'name' | 'version'>;
  /** Images sent and not yet answered. */
  readonly inFlight: number;
  /** Most images that may be so now; 0: nothing is sent. */
  readonly window: number;
  /** Epoch ms of the next try, when `state` is `waiting` or `broken`. */
  readonly nextAttemptAt?: number;
}

/** How a client is at this moment. Asking costs nothing and opens nothing. */
export interface ClipHealth {
  /** `up`: at least one encoder can take items now. `misconfigured`: all were met, and a person has to act. */
  readonly state: 'up' | 'down' | 'misconfigured' | 'disabled';
  /** One sentence for people; absent when nothing is wrong. */
  readonly reason?: string;
  /** Best first, the fallback last. */
  readonly encoders: readonly EncoderHealth[];
}

/** What `createClipClient` takes. Only `addresses` has no default. */
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
  /** Sent as a bearer token with every call; refused where it would cross a network in plain text. Never logged. */
  readonly token?: string;
  /** PEM file of the certificate authority for `grpcs://`. Default: the system's. */
  readonly caFile?: string;
  /** The only model version that may be stored; an encoder of another is `misconfigured`. Default: the first one met. */
  readonly modelVersion?: string;
  /** Send library id and path to encoders that are not on this machine. Default false. */
  readonly sendNames?: boolean;
  /** The client stops waiting for one item after this. Default 30,000. */
  readonly itemTimeoutMs?: number;
  /** Product and version for the encoder's logs. Default `clip-watch`. */
  readonly clientName?: string;
  /** Hears of outages, one line each, and of what an encoder did against the contract. Default: nobody. */
  readonly log?: Logger;
}

/**
 * Speaks to one or many encoders of one model. It opens connections only while somebody has work, gets over outages by
 * itself, and is closed by whoever made it.
 */
export interface ClipClient extends AsyncDisposable {
  /** False when no address was given: then no socket is opened and no timer is set, ever. */
  readonly isEnabled: boolean;
  /** The model in force, once an encoder was met. */
  readonly model: ClipModel | undefined;
  /** Most images sent ahead of their replies to one encoder; the encoder may grant less. */
  readonly concurrency: number;
  /** Changes the window while running. @throws RangeError outside 1 to 256 */
  setConcurrency(concurrency: number): void;
  /** Pins or changes the only model version that may be stored; streams of another version are dropped. */
  setModelVersion(version: string): void;
  /** How the client and each encoder are now. */
  health(): ClipHealth;
  /**
   * Resolves with the model once an encoder can take items.
   * @throws ClipClientError DISABLED, MISCONFIGURED (the encoders were met and refused), CANCELLED (signal)
   */
  whenReady(options?: { readonly signal?: AbortSignal }): Promise<ClipModel>;
  /**
   * Encodes a stream of images.
   *
   * It takes the next image only when an encoder has a free place, so the caller's
   * preparation never runs more than a window ahead. Outcomes come in any order, exactly one for each image taken.
   *
   * When no encoder can take items any more, the images already taken get their outcome and then the iterator throws.
   * @throws ClipClientError UNAVAILABLE, MISCONFIGURED, DISABLED, CANCELLED
   * @example
   * for await (const outcome of client.encodeImages(images, { signal })) {
   *   if (outcome.kind === 'encoded') await store(outcome.imageId, outcome.embedding, outcome.modelVersion);
   *   else if (outcome.kind === 'permanent') await giveUp(outcome.imageId, outcome.reason);
   * } // What was transient is due again later.
   */
  encodeImages(
    images: AsyncIterable<ImageToEncode> | Iterable<ImageToEncode>,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterable<EncodeOutcome>;
  /**
   * Encodes a few texts by a call of their own, never behind the photos. `timeoutMs` is 10,000 by default.
   * @returns one unit vector a text, in their order, with the model version that made them
   * @throws ClipClientError UNAVAILABLE, DEADLINE_EXCEEDED, NO_TEXT (the model has no text side), INVALID_ARGUMENT,
   * PROTOCOL, MISCONFIGURED, DISABLED, CANCELLED
   * @example
   * const { embeddings, modelVersion } = await client.encodeTexts(['a red car'], { timeoutMs: 2_000 });
   */
  encodeTexts(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<{ readonly modelVersion: string; readonly embeddings: readonly Float32Array[] }>;
  /** Takes no new images, lets what is in flight end within a grace period, then drops it. Same promise every time. */
  close(): Promise<void>;
}
