/** Changes how a HEIC or AVIF is to be shown by its container alone; the coded picture stays. */

/** The properties `irot` and `imir`: quarter turns against the clock, then the mirror's axis (0: top and bottom change places, 1: left and right). */
const TURNS: Readonly<Record<number, readonly [quarters: number, axis: 0 | 1 | null]>> = {
  1: [0, null],
  2: [0, 1],
  3: [2, null],
  4: [0, 0],
  5: [3, 1],
  6: [3, null],
  7: [3, 0],
  8: [1, null],
};

interface Box {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/**
 * The same file, shown as a picture stored under this EXIF orientation is to be shown.
 * @param orientation 1 to 8
 * @throws RangeError for a container of another kind than the simple ones that are needed here
 */
export function withHeifOrientation(file: Buffer, orientation: number): Buffer {
  const [quarters, axis] = TURNS[orientation] ?? fail(`orientation ${orientation}`);
  const turns = [
    ...(quarters === 0 ? [] : [box('irot', Buffer.from([quarters]))]),
    ...(axis === null ? [] : [box('imir', Buffer.from([axis]))]),
  ];
  return withChanged(file, 'iprp', (properties) => turned(file, properties, turns));
}

/**
 * The same file, its colours declared to be multiplied by their transparency already.
 * @throws RangeError for a file without transparency
 */
export function withPremultipliedAlpha(file: Buffer): Buffer {
  return withChanged(file, 'iref', (references) => {
    const head = { body: references.body + 4, end: references.end };
    const alpha = boxIn(file, head, 'auxl'); // from the transparency to the picture; the new one goes back
    const [from, to] = [file.readUInt16BE(alpha.body), file.readUInt16BE(alpha.body + 4)];
    const back = Buffer.from([to >> 8, to & 255, 0, 1, from >> 8, from & 255]);
    return box('iref', file.subarray(references.body, references.end), box('prem', back));
  });
}

/** The old `meta` box becomes free space and a new one stands at the end, so that all offsets into the file stay true. */
function withChanged(file: Buffer, type: string, change: (part: Box) => Buffer): Buffer {
  const meta = boxIn(file, { body: 0, end: file.length }, 'meta');
  const parts = boxesIn(file, { body: meta.body + 4, end: meta.end }).map((part) =>
    part.type === type ? change(part) : file.subarray(part.start, part.end),
  );
  const old = Buffer.from(file);
  old.write('free', meta.start + 4, 'latin1');
  return Buffer.concat([old, box('meta', file.subarray(meta.body, meta.body + 4), ...parts)]);
}

/** The item properties with the turns behind the others, in force for the file's one picture. */
function turned(file: Buffer, properties: Box, turns: readonly Buffer[]): Buffer {
  const list = boxIn(file, properties, 'ipco');
  const uses = boxIn(file, properties, 'ipma');
  const count = boxesIn(file, list).length;
  // Version and flags 0, then the number of items, then for each its id, the number of properties and these.
  const isSimple = file.readUInt32BE(uses.body) === 0 && file.readUInt32BE(uses.body + 4) === 1;
  if (!isSimple || count + turns.length > 127) fail('more than one item with properties');
  const used = file.subarray(uses.body + 11, uses.end);
  const essential = turns.map((_, at) => 0x80 | (count + 1 + at));
  const head = file.subarray(uses.body, uses.body + 10);
  return box(
    'iprp',
    box('ipco', file.subarray(list.body, list.end), ...turns),
    box('ipma', head, Buffer.from([used.length + turns.length]), used, Buffer.from(essential)),
  );
}

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

function boxesIn(file: Buffer, { body, end }: Pick<Box, 'body' | 'end'>): Box[] {
  const found: Box[] = [];
  for (let start = body; start + 8 <= end; ) {
    const size = file.readUInt32BE(start);
    if (size < 8 || start + size > end) fail(`a box of ${size} bytes`);
    found.push({ type: file.toString('latin1', start + 4, start + 8), start, body: start + 8, end: start + size });
    start += size;
  }
  return found;
}

function boxIn(file: Buffer, parent: Pick<Box, 'body' | 'end'>, type: string): Box {
  return boxesIn(file, parent).find((part) => part.type === type) ?? fail(`no ${type}`);
}

function fail(what: string): never {
  throw new RangeError(`this picture's container cannot be turned: ${what}`);
}
