/** How this model's pixels are made from a picture, and what its image tower does to them first. */
export interface PixelRecipe {
  readonly resizeMode: 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP' | 'RESIZE_MODE_STRETCH';
  readonly resampleFilter: 'RESAMPLE_FILTER_BICUBIC' | 'RESAMPLE_FILTER_BILINEAR' | 'RESAMPLE_FILTER_LANCZOS';
  /** Target of the shorter side before the crop, in pixels. */
  readonly resizeSize: number;
  /** Side of the square that the image tower takes, in pixels. */
  readonly inputSize: number;
  /** Per channel R, G, B on a 0 to 1 scale. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** PIL's numbers, as `resample` in preprocessor_config.json. */
const FILTERS = new Map<unknown, PixelRecipe['resampleFilter']>([
  [1, 'RESAMPLE_FILTER_LANCZOS'],
  [2, 'RESAMPLE_FILTER_BILINEAR'],
  [3, 'RESAMPLE_FILTER_BICUBIC'],
]);

/**
 * Reads preprocessor_config.json of the CLIP family (shorter side, centre crop) and of the SigLIP family (stretch).
 * @throws Error naming the entry that cannot be followed
 */
export function readPixelRecipe(config: Readonly<Record<string, unknown>>): PixelRecipe {
  const filter = FILTERS.get(config.resample ?? 3);
  if (filter === undefined) throw new Error(`resample ${String(config.resample)} is not bicubic, bilinear or lanczos`);
  const rest = { resampleFilter: filter, mean: triple(config, 'image_mean'), std: triple(config, 'image_std') };
  const crop = config.do_center_crop === true ? squareSide(config.crop_size) : undefined;
  const size = config.size;
  const shortest = shortestSide(size);
  if (shortest !== undefined) {
    const inputSize = crop ?? shortest;
    if (inputSize > shortest) throw new Error('crop_size is larger than size');
    return { resizeMode: 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP', resizeSize: shortest, inputSize, ...rest };
  }
  const side = squareSide(size);
  if (side === undefined) throw new Error('size is neither a shortest edge nor a square');
  return { resizeMode: 'RESIZE_MODE_STRETCH', resizeSize: side, inputSize: side, ...rest };
}

const isSide = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 16 && value <= 2048;

/** Old files hold a bare number, which means the shorter side. */
function shortestSide(size: unknown): number | undefined {
  if (isSide(size)) return size;
  const edge = (size as { shortest_edge?: unknown } | undefined)?.shortest_edge;
  return isSide(edge) ? edge : undefined;
}

function squareSide(size: unknown): number | undefined {
  if (isSide(size)) return size;
  const { width, height } = (size ?? {}) as { width?: unknown; height?: unknown };
  return isSide(width) && width === height ? width : undefined;
}

function triple(config: Readonly<Record<string, unknown>>, key: string): readonly [number, number, number] {
  const value = config[key];
  if (!Array.isArray(value) || value.length !== 3 || !value.every((entry) => Number.isFinite(entry)))
    throw new Error(`${key} is not a list of three numbers`);
  if (key === 'image_std' && value.includes(0)) throw new Error('image_std holds a zero');
  return [value[0], value[1], value[2]];
}
