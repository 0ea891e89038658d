export interface CropBox {
  /** Size to scale the whole picture to. */
  readonly width: number;
  readonly height: number;
  /** Corner of the square that is then cut out. */
  readonly left: number;
  readonly top: number;
}

/**
 * The reference geometry of CLIP's preprocessing: sizes and offsets are rounded down.
 * @param picture size in pixels after orientation
 */
export function cropBox(
  picture: { readonly width: number; readonly height: number },
  recipe: { readonly inputSize: number; readonly resizeSize: number; readonly stretch: boolean },
): CropBox {
  const { inputSize, resizeSize } = recipe;
  if (recipe.stretch) return { width: inputSize, height: inputSize, left: 0, top: 0 };
  const short = Math.min(picture.width, picture.height);
  const scaled = (side: number): number => Math.max(resizeSize, Math.floor((side * resizeSize) / short));
  const [width, height] = [scaled(picture.width), scaled(picture.height)];
  return {
    width,
    height,
    left: Math.floor((width - inputSize) / 2),
    top: Math.floor((height - inputSize) / 2),
  };
}
