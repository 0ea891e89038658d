/** Pictures that the tests make themselves: every format that can be written here, and some that no one should open. */
import sharp, { type Sharp } from 'sharp';
import { crc32 } from './crc32.js';

export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** RGB, `width * height * 3` bytes. */
  readonly data: Buffer;
}

/** A picture with a clear top left: gradients, a bright disc and a dark bar, different for each seed. */
export function paintPicture(width: number, height: number, seed = 1): RgbPicture {
  const data = Buffer.alloc(width * height * 3);
  const [discX, discY, radius] = [width * 0.3, height * 0.3, Math.min(width, height) * (0.12 + 0.02 * (seed % 5))];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const inDisc = (x - discX) ** 2 + (y - discY) ** 2 < radius ** 2;
      const inBar = x > width * 0.7 && x < width * 0.8;
      const base = inBar ? 20 : inDisc ? 235 : 0;
      const at = (y * width + x) * 3;
      data[at] = base || Math.round((200 * x) / width + 10 * (seed % 4));
      data[at + 1] = base || Math.round((180 * y) / height + 8 * (seed % 6));
      data[at + 2] = base || Math.round(90 + 60 * Math.sin((x + y) / (12 + (seed % 7))));
    }
  }
  return { width, height, data };
}

/** A sharp pipeline that starts from these pixels. */
export function fromPixels({ width, height, data }: RgbPicture): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** How the pixels of an upright picture are stored under each EXIF orientation. */
const STORED: Readonly<Record<number, (upright: Sharp) => Sharp>> = {
  1: (upright) => upright,
  2: (upright) => upright.flop(),
  3: (upright) => upright.rotate(180),
  4: (upright) => upright.flip(),
  5: (upright) => upright.rotate(270).flop(), // sharp mirrors before it turns
  6: (upright) => upright.rotate(270),
  7: (upright) => upright.rotate(90).flop(),
  8: (upright) => upright.rotate(90),
};

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif' | 'gif';

/** The pixels as they are stored under this EXIF orientation. @param orientation 1 to 8 */
export async function storedPicture(upright: RgbPicture, orientation: number): Promise<RgbPicture> {
  const stored = await STORED[orientation]?.(fromPixels(upright)).raw().toBuffer({ resolveWithObject: true });
  if (stored === undefined) throw new RangeError(`orientation ${orientation}`);
  return { width: stored.info.width, height: stored.info.height, data: stored.data };
}

/** A file whose pixels are stored turned and whose EXIF says how to turn them back. @param orientation 1 to 8 */
export async function orientedPicture(
  upright: RgbPicture,
  orientation: number,
  format: PictureFormat,
): Promise<Buffer> {
  return encode(fromPixels(await storedPicture(upright, orientation)).withMetadata({ orientation }), format);
}

/** A file in this format, at high quality. */
export function picture(upright: RgbPicture, format: PictureFormat): Promise<Buffer> {
  return encode(fromPixels(upright), format);
}

function encode(image: Sharp, format: PictureFormat): Promise<Buffer> {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'png':
      return image.png().toBuffer();
    case 'webp':
      return image.webp({ quality: 95 }).toBuffer();
    case 'tiff':
      return image.tiff({ compression: 'lzw' }).toBuffer();
    case 'avif':
      return image.avif({ quality: 80, effort: 2 }).toBuffer();
    case 'gif':
      return image.gif().toBuffer();
  }
}

/** Odd but legal pictures by name, each of the same painted scene. */
export async function oddPictures(upright: RgbPicture): Promise<Readonly<Record<string, Buffer>>> {
  const image = (): Sharp => fromPixels(upright);
  const alpha = image().ensureAlpha(0.5);
  return {
    'progressive.jpg': await image().jpeg({ progressive: true, quality: 95 }).toBuffer(),
    'grey.jpg': await image().greyscale().jpeg({ quality: 95 }).toBuffer(),
    'cmyk.jpg': await image().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    'interlaced.png': await image().png({ progressive: true }).toBuffer(),
    'palette.png': await image().png({ palette: true }).toBuffer(),
    'alpha.png': await alpha.clone().png().toBuffer(),
    'sixteen-bit.png': await image().toColourspace('rgb16').png().toBuffer(),
    'sixteen-bit.tiff': await image().toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer(),
    'alpha.webp': await alpha.clone().webp({ lossless: true }).toBuffer(),
    'p3.jpg': await image().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer(),
  };
}

/** A GIF whose first frame is the first picture. All have the same size. */
export async function animatedGif(frames: readonly RgbPicture[]): Promise<Buffer> {
  const files = await Promise.all(frames.map((frame) => picture(frame, 'png')));
  return sharp(files, { join: { animated: true } })
    .gif()
    .toBuffer();
}

/** A few bytes that announce a huge PNG. */
export function pngHeader(width: number, height: number, options: { readonly interlaced?: boolean } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, options.interlaced === true ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.from('789c6360000000020001', 'hex')),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Length, type, data, checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** A small file that takes six bytes a pixel to open: one colour, but progressive. */
export function progressiveBomb(side: number): Promise<Buffer> {
  const create = { width: side, height: side, channels: 3, background: '#406080' } as const;
  return sharp({ create, limitInputPixels: false }).jpeg({ progressive: true, quality: 50 }).toBuffer();
}
