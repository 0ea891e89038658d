/**
 * One picture as HEVC, without a coder: every block is given as plain samples (`pcm_flag`), in a slice of its own. The
 * arithmetic coder then begins anew at each block, and the bits that it writes are always the same.
 */
import { type BitWriter, bitWriter } from './bit-writer.js';
import type { RgbPicture } from './pictures.js';

export interface HevcPicture {
  /** Parameter sets: video, sequence, picture. */
  readonly parameterSets: readonly [number, Buffer][];
  /** The slices, each a NAL unit. */
  readonly slices: readonly Buffer[];
  /** General profile, tier and level, as an `hvcC` box repeats them. */
  readonly profile: Buffer;
}

const VPS = 32;
const SPS = 33;
const PPS = 34;
const IDR = 19;
const BLOCK = 32;
/** What the arithmetic coder writes for "not split into parts" and "plain samples", and for "the slice ends here". */
const PLAIN_SAMPLES = Buffer.from('8680', 'hex');
const END_OF_SLICE = Buffer.from('fe80', 'hex');
/** Main Still Picture, compatible with Main; progressive frames; level 6. */
const PROFILE = Buffer.from('0370000000b00000000000b4', 'hex');

/** @param picture of even sides */
export function hevcPicture(picture: RgbPicture): HevcPicture {
  const columns = Math.ceil(picture.width / BLOCK);
  const rows = Math.ceil(picture.height / BLOCK);
  const addressBits = Math.ceil(Math.log2(columns * rows));
  const slices = Array.from({ length: columns * rows }, (_, address) => {
    const header = sliceHeader(address, addressBits);
    const samples = blockSamples(picture, (address % columns) * BLOCK, Math.floor(address / columns) * BLOCK);
    return nalUnit(IDR, Buffer.concat([header, PLAIN_SAMPLES, samples, END_OF_SLICE]));
  });
  const parameterSets: [number, Buffer][] = [
    [VPS, nalUnit(VPS, videoParameters())],
    [SPS, nalUnit(SPS, sequenceParameters(picture, columns * BLOCK, rows * BLOCK))],
    [PPS, nalUnit(PPS, pictureParameters())],
  ];
  return { parameterSets, slices, profile: PROFILE };
}

function videoParameters(): Buffer {
  const bits = bitWriter().bits(4, 0).bits(2, 0b11).bits(6, 0).bits(3, 0).bits(1, 1).bits(16, 0xffff);
  bits.bytes(PROFILE).bits(1, 1).golomb(0, 0, 0);
  return bits.bits(6, 0).golomb(0).bits(2, 0).end();
}

function sequenceParameters({ width, height }: RgbPicture, codedWidth: number, codedHeight: number): Buffer {
  const bits = bitWriter().bits(4, 0).bits(3, 0).bits(1, 1).bytes(PROFILE);
  bits.golomb(0, 1, codedWidth, codedHeight); // 4:2:0
  bits.bits(1, 1).golomb(0, (codedWidth - width) / 2, 0, (codedHeight - height) / 2); // what is shown of it
  bits.golomb(0, 0, 0).bits(1, 1).golomb(0, 0, 0); // 8 bits a sample; picture order; buffers
  bits.golomb(2, 0, 0, 3, 0, 0); // blocks of 32, transforms of 4 to 32
  bits.bits(3, 0).bits(1, 1).bits(4, 7).bits(4, 7).golomb(2, 0).bits(1, 1); // plain samples of 8 bits, in blocks of 32
  return bits.golomb(0).bits(5, 0).end();
}

function pictureParameters(): Buffer {
  const bits = bitWriter().golomb(0, 0).bits(7, 0).golomb(0, 0, 0); // ends with the quantiser, whose start is of no matter
  bits.bits(3, 0).golomb(0, 0).bits(7, 0);
  bits.bits(1, 1).bits(2, 0b01); // no filter between blocks
  return bits.bits(2, 0).golomb(0).bits(2, 0).end();
}

function sliceHeader(address: number, addressBits: number): Buffer {
  const bits: BitWriter = bitWriter()
    .bits(1, address === 0 ? 1 : 0)
    .bits(1, 0)
    .golomb(0);
  if (address > 0) bits.bits(addressBits, address);
  return bits.golomb(2, 0).end(); // an I slice
}

/** Brightness of the block's pixels, then both colour differences at half the size; full range, BT.601. */
function blockSamples({ width, height, data }: RgbPicture, left: number, top: number): Buffer {
  const half = BLOCK / 2;
  const luma = Buffer.alloc(BLOCK * BLOCK);
  const [blue, red] = [new Float32Array(half * half).fill(128), new Float32Array(half * half).fill(128)];
  for (let y = 0; y < BLOCK; y += 1) {
    for (let x = 0; x < BLOCK; x += 1) {
      // Beyond the edge the last pixel goes on.
      const at = (Math.min(top + y, height - 1) * width + Math.min(left + x, width - 1)) * 3;
      const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
      const brightness = 0.299 * r + 0.587 * g + 0.114 * b;
      luma[y * BLOCK + x] = Math.round(brightness);
      const place = (y >> 1) * half + (x >> 1);
      blue[place] = (blue[place] ?? 0) + (b - brightness) / 1.772 / 4;
      red[place] = (red[place] ?? 0) + (r - brightness) / 1.402 / 4;
    }
  }
  return Buffer.concat([luma, Buffer.from(Uint8ClampedArray.from(blue)), Buffer.from(Uint8ClampedArray.from(red))]);
}

/** Two bytes of header; a 3 is put where the content would look like a start code. */
function nalUnit(type: number, content: Buffer): Buffer {
  const bytes = [type << 1, 1];
  let zeros = 0;
  for (const byte of content) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(bytes);
}
