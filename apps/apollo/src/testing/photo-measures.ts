import sharp from 'sharp';

/** What the pixels themselves say about a picture; shares from 0 to 1. */
export interface PhotoMeasures {
  readonly brightness: number;
  /** Mean of max(R, G, B) − min(R, G, B). */
  readonly chroma: number;
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

const SIDE = 64;

/** Measured by hue, saturation and value, which the palette model does not use. */
export async function measurePhoto(file: string | Buffer): Promise<PhotoMeasures> {
  const pixels = await sharp(file, { ignoreIcc: true })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(SIDE, SIDE, { fit: 'cover' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const sums = { brightness: 0, chroma: 0, red: 0, green: 0, blue: 0 };
  for (let at = 0; at < pixels.length; at += 3) {
    const [r = 0, g = 0, b = 0] = pixels.subarray(at, at + 3);
    const { hue, saturation, chroma } = toHue(r / 255, g / 255, b / 255);
    sums.brightness += (r + g + b) / 765;
    sums.chroma += chroma;
    if (chroma < 0.12 || saturation < 0.25) continue;
    if ((hue < 12 || hue > 345) && saturation > 0.5) sums.red++;
    else if (hue >= 65 && hue < 165) sums.green++;
    else if (hue >= 190 && hue < 255) sums.blue++;
  }
  const count = SIDE * SIDE;
  return {
    brightness: sums.brightness / count,
    chroma: sums.chroma / count,
    red: sums.red / count,
    green: sums.green / count,
    blue: sums.blue / count,
  };
}

function toHue(r: number, g: number, b: number): { hue: number; saturation: number; chroma: number } {
  const max = Math.max(r, g, b);
  const chroma = max - Math.min(r, g, b);
  if (chroma === 0) return { hue: 0, saturation: 0, chroma };
  const sector = max === r ? ((g - b) / chroma + 6) % 6 : max === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  return { hue: sector * 60, saturation: chroma / max, chroma };
}

/** Rank correlation of two lists, ties sharing their rank (Spearman). */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  const dot = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, value, i) => sum + (value - mean) * ((q[i] ?? 0) - mean), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
