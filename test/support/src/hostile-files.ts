/** Files that nobody should open, or that are not what their name says. Each is made from scratch. */
import { deflateSync } from 'node:zlib';
import { gifFile } from './gif-file.js';
import { heicFile } from './heic-file.js';
import { type PictureFormat, paintPicture, picture, pngChunk, pngHeader } from './pictures.js';

const scene = paintPicture(320, 240);
const made = (format: PictureFormat): Promise<Buffer> => picture(scene, format);
const cutTo = (file: Buffer, share: number): Buffer => file.subarray(0, Math.floor(file.length * share));

/** By name. Those whose name alone is wrong are `heic-named.jpg` and `jpeg-named.png`: the pictures in them are whole. */
export async function hostileFiles(): Promise<Readonly<Record<string, Buffer>>> {
  const [jpeg, png, heic] = [await made('jpeg'), await made('png'), heicFile(scene)];
  return {
    'broken-data-stream.png': withBrokenData(png),
    'corrupt-header.jpg': withCorruptHeader(jpeg),
    'corrupted.heic': withCorruptItem(heic),
    'decompression-bomb.gif': hugeCanvas(),
    'heic-cut-half.heic': cutTo(heic, 0.5),
    'heic-named.jpg': heic,
    'html-named.jpg': Buffer.from('<!doctype html><title>404</title><p>This photo is not here.</p>'),
    'jpeg-cut-25pct.jpg': cutTo(jpeg, 0.25),
    'jpeg-cut-80pct.jpg': cutTo(jpeg, 0.8),
    'jpeg-named.png': jpeg,
    'jpeg-sof-65500.jpg': withHugeFrame(jpeg),
    'lfs-pointer.cr2': Buffer.from(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
    ),
    'png-bomb-30000x30000-1bit.png': pngBomb(30_000),
    'png-ihdr-2g.png': pngHeader(2 ** 31 - 1, 2 ** 31 - 1),
    'png-interlaced-16000.png': pngHeader(16_000, 16_000, { interlaced: true }),
    'random-64k.jpg': noise(65_536),
    'svg-named.jpg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect/></svg>'),
    'text-named.heic': Buffer.from('A letter, and no picture.\n'.repeat(40)),
    'truncated.png': cutTo(png, 0.5),
    'zero-bytes.jpg': Buffer.alloc(0),
  };
}

/** Its data is no zlib stream, though all checksums are right. */
function withBrokenData(png: Buffer): Buffer {
  const header = png.subarray(8, 33);
  const data = deflateSync(Buffer.alloc(240 * (1 + 320 * 3)));
  data.fill(0xff, 2, 12);
  return Buffer.concat([png.subarray(0, 8), header, pngChunk('IDAT', data), pngChunk('IEND', Buffer.alloc(0))]);
}

/** Its tables are overwritten. */
function withCorruptHeader(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg.subarray(0, 1024));
  return copy.fill(0xa5, copy.indexOf('ffdb', 'hex') + 2);
}

/** The box that describes the picture is overwritten. */
function withCorruptItem(heic: Buffer): Buffer {
  const copy = Buffer.from(heic);
  return copy.fill(0x5a, copy.indexOf('iprp'), copy.indexOf('mdat') - 4);
}

/** Claims 65,500 x 65,500 pixels. */
function withHugeFrame(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg);
  const frame = copy.indexOf('ffc0', 'hex');
  copy.writeUInt16BE(65_500, frame + 5);
  copy.writeUInt16BE(65_500, frame + 7);
  return copy;
}

/** A few bytes, and a picture of four thousand million pixels in them. */
function hugeCanvas(): Buffer {
  const grey = [0, 85, 170, 255].map((level) => [level, level, level] as const);
  const file = gifFile(65_535, 65_535, grey, [{ left: 0, top: 0, width: 1, height: 1, index: 1 }]);
  const sides = file.lastIndexOf(0x2c) + 5;
  return file.fill(0xff, sides, sides + 4);
}

/** A whole PNG of one bit a pixel: some hundred kilobytes that open to the square of the side. */
function pngBomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const data = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same everywhere, and no format's first bytes. */
function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (Math.imul(at + 1, 2654435761) >>> 24) & 0xff));
}
