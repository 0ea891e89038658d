/** The boxes of HEIC, AVIF and MP4 files: size, type, content, one after the other. */

export interface TopBox {
  readonly type: string;
  readonly start: number;
  /** As announced: it may lie beyond the end of the file. */
  readonly end: number;
}

/** What stands in a file at the top. After the last picture programs and phones append what is no box at all. */
const TOP_TYPES: ReadonlySet<string> = new Set([
  ...['ftyp', 'styp', 'meta', 'mdat', 'idat', 'moov', 'moof', 'mfra', 'sidx', 'ssix', 'prft', 'emsg', 'pdin', 'pnot'],
  ...['free', 'skip', 'wide', 'uuid', 'mpvd', 'sefd'],
]);

/** The boxes at the top level; stops at the first thing that is no box. Size 1: a 64-bit size follows; 0: to the end of the file. */
export function topBoxes(bytes: Buffer): TopBox[] {
  const boxes: TopBox[] = [];
  for (let start = 0; start + 8 <= bytes.length; start = boxes.at(-1)?.end ?? bytes.length) {
    const type = bytes.toString('latin1', start + 4, start + 8);
    const short = bytes.readUInt32BE(start);
    const long = short === 1 && start + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(start + 8)) : short;
    const size = short === 0 ? bytes.length - start : long;
    if (size < 8 || !TOP_TYPES.has(type)) break;
    boxes.push({ type, start, end: start + size });
  }
  return boxes;
}

const META_HEAD_BYTES = 64 << 10;

/** The codec of the pictures inside, by the list of items; undefined where none of the two is listed. */
export function itemCodec(bytes: Buffer, boxes: readonly TopBox[]): 'hevc' | 'av1' | undefined {
  const text = metaHead(bytes, boxes).toString('latin1');
  // An item's entry: version and flags, its id in 2 or 4 bytes, 2 bytes of protection, its type.
  const types = [...text.matchAll(/infe[\s\S]{4}(?:[\s\S]{4}|[\s\S]{6})(hvc1|av01)/g)].map((match) => match[1]);
  if (types.includes('hvc1')) return 'hevc';
  return types.includes('av01') ? 'av1' : undefined;
}

/** Whether its colours are stored multiplied by their transparency: a reference of an item to one other says so. */
export function isPremultiplied(bytes: Buffer): boolean {
  const meta = metaHead(bytes, topBoxes(bytes));
  const type = meta.indexOf('iref');
  if (type < 4) return false;
  const end = type - 4 + meta.readUInt32BE(type - 4);
  return meta.subarray(type, end).includes('prem');
}

function metaHead(bytes: Buffer, boxes: readonly TopBox[]): Buffer {
  const meta = boxes.find(({ type }) => type === 'meta');
  return bytes.subarray(meta?.start ?? 0, Math.min(meta?.end ?? 0, (meta?.start ?? 0) + META_HEAD_BYTES));
}

/** libvips knows an AVIF by its first brand alone; animations and general HEIF name another one there. */
export function asAvif(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 8, 12) === 'avif') return bytes;
  const named = Buffer.from(bytes);
  named.write('avif', 8, 'latin1');
  return named;
}
