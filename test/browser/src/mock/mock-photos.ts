import { readFileSync } from 'node:fs';
import { hasShared, sharedPath } from '@clip-watch/test-support';

/** A photo of the pretended server: the JSON of `ApiImage` and where its picture comes from. */
export interface MockPhoto {
  readonly image: Readonly<Record<string, unknown>> & { readonly id: number; readonly relPath: string };
  readonly picture: { readonly mediaType: string; readonly data: () => Buffer };
}

const SHAPES = [
  [3, 2],
  [4, 3],
  [2, 3],
  [16, 9],
  [1, 1],
  [3, 4],
] as const;

const CAMERAS = ['Canon EOS R6', 'Apple iPhone 13 Pro', 'NIKON D3100', 'FUJIFILM X100V', null] as const;

/** `count` photos, a few a day back from a fixed date; real pictures where there are some, drawn ones otherwise. */
export function mockPhotos(count: number): readonly MockPhoto[] {
  const real = realPictures();
  return Array.from({ length: count }, (_, index) => {
    const id = count - index;
    const source = real[index % Math.max(1, real.length)];
    const [w, h] = SHAPES[index % SHAPES.length] ?? [3, 2];
    const size = source ?? { width: w * 800, height: h * 800, name: `IMG_${1000 + id}.jpg` };
    const takenAt = Date.UTC(2025, 8, 20, 14) - Math.floor(index ** 1.3) * 7_300_000;
    const image = {
      ...mockImage(id, `${new Date(takenAt).getUTCFullYear()}/${size.name}`, takenAt),
      width: size.width,
      height: size.height,
      camera: CAMERAS[id % CAMERAS.length] ?? null,
    };
    return { image, picture: source ?? { mediaType: 'image/svg+xml', data: () => drawnPicture(id, w, h) } };
  });
}

function mockImage(id: number, relPath: string, takenAt: number): MockPhoto['image'] {
  return {
    id,
    libraryId: 1,
    relPath,
    fileSize: 3_400_000 + id * 1_234,
    mediaType: 'image/jpeg',
    orientation: 1,
    takenAt,
    takenAtOffsetMin: 120,
    modifiedAt: takenAt,
    lens: 'RF 35mm F1.8 MACRO IS STM',
    iso: 100 + (id % 5) * 100,
    aperture: 2.8,
    exposureS: 0.004,
    focalLengthMm: 35,
    gps: id % 3 === 0 ? { latitude: 52.52001, longitude: 13.40495 } : null,
    clipStatus: 'encoded',
    clipQuality: 'full',
  };
}

interface RealPicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
  readonly data: () => Buffer;
}

function realPictures(): readonly RealPicture[] {
  if (!hasShared()) return [];
  const lines = readFileSync(sharedPath('photos/MANIFEST.tsv'), 'utf8').trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [path = '', bytes, , size = '', orientation] = line.split('\t');
    const [width = 0, height = 0] = size.split('x').map(Number);
    if (!/^(jpeg|orientation)\/.*\.jpg$/.test(path) || width < 480 || Number(bytes) > 1_300_000) return [];
    const isTurned = Number(orientation) >= 5;
    return {
      name: path.slice(path.lastIndexOf('/') + 1),
      width: isTurned ? height : width,
      height: isTurned ? width : height,
      mediaType: 'image/jpeg',
      data: () => readFileSync(sharedPath('photos', path)),
    };
  });
}

function drawnPicture(id: number, width: number, height: number): Buffer {
  const hue = (id * 47) % 360;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width * 100} ${height * 100}">` +
      `<rect width="100%" height="100%" fill="hsl(${hue} 45% 62%)"/>` +
      `<circle cx="70%" cy="30%" r="40" fill="hsl(${(hue + 40) % 360} 80% 85%)"/>` +
      `<path d="M0 ${height * 70}L${width * 40} ${height * 45}L${width * 100} ${height * 75}V${height * 100}H0z" fill="hsl(${hue} 40% 35%)"/></svg>`,
  );
}
