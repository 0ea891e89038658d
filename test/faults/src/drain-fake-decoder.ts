import type { DecodeHost, PictureFailure, PreparedPicture } from '@clip-watch/watcher';

type PrepareArguments = Parameters<DecodeHost['prepare']>;

export interface FakeDecoder extends Pick<DecodeHost, 'prepare' | 'prepareBytes' | 'decoderVersion'> {
  /** Paths in the order in which they were asked for. */
  readonly asked: string[];
  /** Most pictures being prepared at once. */
  most(): number;
}

/**
 * Stands in for the decode host where a test needs thousands of photos, or faults that no file has. Pixels come from
 * the hash alone; no file is read.
 * @param script what becomes of a photo; undefined: pixels. It may throw, as the host does when a child dies.
 */
export function fakeDecoder(
  script: (...call: PrepareArguments) => PreparedPicture | undefined | Promise<PreparedPicture | undefined> = () =>
    undefined,
): FakeDecoder {
  const asked: string[] = [];
  let inHand = 0;
  let most = 0;
  return {
    decoderVersion: 'fake-1',
    asked,
    most: () => most,
    async prepare(photo, target, options) {
      asked.push(photo.relPath);
      inHand += 1;
      most = Math.max(most, inHand);
      try {
        return (await script(photo, target, options)) ?? pixelsOf(photo.contentHash, target.pixels?.inputSize ?? 224);
      } finally {
        inHand -= 1;
      }
    },
    prepareBytes: async (_bytes, target) => pixelsOf('ab'.repeat(32), target.pixels?.inputSize ?? 224),
  };
}

function pixelsOf(contentHash: string, side: number): PreparedPicture {
  const colour = Buffer.from(contentHash.slice(0, 6).padEnd(6, '0'), 'hex');
  const data = new Uint8Array(Buffer.alloc(side * side * 3, colour));
  return { kind: 'pixels', contentHash, width: side, height: side, data, quality: 'full', source: 'fake' };
}

export function failedPicture(
  reason: PictureFailure['reason'],
  change: Partial<Extract<PreparedPicture, { kind: 'failed' }>> = {},
): PreparedPicture {
  return { kind: 'failed', reason, errorClass: 'photo', sure: true, message: `made ${reason}`, ...change };
}
