/** EXIF that a PNG keeps where its decoder does not look: behind its pixels, which is legal, or in a text. */
import { crc32, inflateSync } from 'node:zlib';

/** @returns the same PNG with that EXIF before its pixels, or the PNG itself when there is none */
export function withEarlyExif(png: Buffer): Buffer {
  let pixels: number | undefined;
  let told: Buffer | undefined;
  for (const { type, start, data, end } of chunksOf(png)) {
    if (type === 'IDAT') pixels ??= start;
    if (type === 'eXIf') return pixels === undefined ? png : withChunk(png, pixels, png.subarray(start, end));
    if (type === 'tEXt' || type === 'zTXt') told ??= exifInText(type, data);
  }
  return pixels === undefined || told === undefined ? png : withChunk(png, pixels, exifChunk(told));
}

/** Whether texts may hold XMP, or EXIF in a way that readers of EXIF do not know. */
export function hasTextChunks(png: Buffer): boolean {
  for (const { type } of chunksOf(png)) if (type === 'zTXt' || type === 'iTXt') return true;
  return false;
}

interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly data: Buffer;
  readonly end: number;
}

/** Those that are there whole. */
function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let start = 8; start + 12 <= png.length; ) {
    const end = start + 12 + png.readUInt32BE(start);
    if (end > png.length) return;
    yield { type: png.toString('latin1', start + 4, start + 8), start, data: png.subarray(start + 8, end - 4), end };
    start = end;
  }
}

function withChunk(png: Buffer, at: number, chunk: Buffer): Buffer {
  return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]);
}

const KEYWORD = 'Raw profile type exif\0';
/** In digits: EXIF has 64 KiB at the most. */
const MAX_TEXT_BYTES = 256 << 10;

/** Before there was a chunk for EXIF, ImageMagick and GIMP wrote it as text: `exif`, the length, and digits. */
function exifInText(type: 'tEXt' | 'zTXt', data: Buffer): Buffer | undefined {
  if (data.toString('latin1', 0, KEYWORD.length) !== KEYWORD) return undefined;
  const rest = data.subarray(KEYWORD.length);
  const text = type === 'tEXt' ? rest : inflated(rest.subarray(1)); // its first byte names the compression
  const digits = /^\nexif\n\s*\d+\n([\da-f\n]+)$/i.exec(text?.toString('latin1') ?? '')?.[1];
  const exif = Buffer.from(digits?.replaceAll('\n', '') ?? '', 'hex');
  return exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : undefined;
}

function inflated(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    return undefined; // damaged, or too much for EXIF: the picture is shown as it is stored
  }
}

function exifChunk(exif: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('eXIf', 'latin1'), exif]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(exif.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
