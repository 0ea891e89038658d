/** A HEIC file around one picture, made here from its pixels. */
import { hevcPicture } from './hevc-picture.js';
import type { RgbPicture } from './pictures.js';

export interface HeicOptions {
  /** What its EXIF says. How it is shown is said by the container alone (`withHeifOrientation`). */
  readonly exifOrientation?: number;
}

const NO_FLAGS = 0;

/**
 * A HEIC of these pixels; brightness is kept to the last digit, colours at half the size.
 * @param picture of even sides
 */
export function heicFile(picture: RgbPicture, { exifOrientation }: HeicOptions = {}): Buffer {
  const { parameterSets, slices, profile } = hevcPicture(picture);
  const coded = Buffer.concat(slices.flatMap((slice) => [uint32(slice.length), slice]));
  const items: Item[] = [{ id: 1, type: 'hvc1', data: coded }];
  if (exifOrientation !== undefined) items.push({ id: 2, type: 'Exif', data: exif(exifOrientation) });
  const properties = [
    box('hvcC', decoderSetup(profile, parameterSets)),
    fullBox('ispe', uint32(picture.width), uint32(picture.height)),
    box('colr', Buffer.from('nclx'), uint16(1), uint16(13), uint16(6), Buffer.from([0x80])),
  ];
  const fileType = box('ftyp', Buffer.from('heic'), uint32(0), Buffer.from('mif1heic'));
  const meta = (dataAt: number): Buffer =>
    fullBox(
      'meta',
      fullBox('hdlr', uint32(0), Buffer.from('pict'), Buffer.alloc(13)),
      fullBox('pitm', uint16(1)),
      places(items, dataAt),
      fullBox('iinf', uint16(items.length), ...items.map(itemInfo)),
      ...(items.length > 1 ? [fullBox('iref', box('cdsc', uint16(2), uint16(1), uint16(1)))] : []),
      box('iprp', box('ipco', ...properties), fullBox('ipma', uint32(1), uint16(1), Buffer.from([3, 0x81, 2, 3]))),
    );
  const dataAt = fileType.length + meta(0).length + 8;
  return Buffer.concat([fileType, meta(dataAt), box('mdat', ...items.map(({ data }) => data))]);
}

interface Item {
  readonly id: number;
  readonly type: string;
  readonly data: Buffer;
}

function places(items: readonly Item[], dataAt: number): Buffer {
  let at = dataAt;
  const entries = items.map(({ id, data }) => {
    const entry = Buffer.concat([uint16(id), uint16(0), uint16(1), uint32(at), uint32(data.length)]);
    at += data.length;
    return entry;
  });
  return fullBox('iloc', uint16(0x4400), uint16(items.length), ...entries);
}

function itemInfo({ id, type }: Item): Buffer {
  return box('infe', uint32(2 << 24), uint16(id), uint16(0), Buffer.from(`${type}\0`));
}

/** The parameter sets and what they say in short, for a decoder to look at before it starts. */
function decoderSetup(profile: Buffer, sets: readonly [number, Buffer][]): Buffer {
  const arrays = sets.flatMap(([type, nal]) => [Buffer.from([0x80 | type]), uint16(1), uint16(nal.length), nal]);
  const facts = Buffer.from('f000fcfdf8f800000f', 'hex'); // 4:2:0, 8 bits, lengths of four bytes
  return Buffer.concat([Buffer.from([1]), profile, facts, Buffer.from([sets.length]), ...arrays]);
}

/** The distance to the TIFF header, then a TIFF of one tag. */
function exif(orientation: number): Buffer {
  const entry = Buffer.concat([uint16(0x0112), uint16(3), uint32(1), uint16(orientation), uint16(0)]);
  return Buffer.concat([uint32(0), Buffer.from('MM\0*'), uint32(8), uint16(1), entry, uint32(0)]);
}

function fullBox(type: string, ...content: readonly Buffer[]): Buffer {
  return box(type, uint32(NO_FLAGS), ...content);
}

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([uint32(8 + body.length), Buffer.from(type, 'latin1'), body]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
