/** Four inks to RGB: multiplied, as the pipelines do that models were trained with. */

/** @param inks cyan, magenta, yellow and black, 255 is full, as Pillow turns them into RGB. @param at of the first */
export function writeInks(inks: ArrayLike<number>, at: number, rgb: Uint8Array, to: number): void {
  const light = 255 - (inks[at + 3] ?? 0);
  for (let channel = 0; channel < 3; channel += 1) {
    rgb[to + channel] = Math.round(((255 - (inks[at + channel] ?? 0)) * light) / 255);
  }
}
