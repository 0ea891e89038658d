// Subtracting the whole of the unwanted words would leave what both have in common unsaid.
const UNWANTED_WEIGHT = 0.5;

/** "these words, without those": a unit vector. Equal texts would leave nothing, then the wanted one stays. */
export function subtractVector(wanted: Float32Array, unwanted: Float32Array): Float32Array {
  const mixed = wanted.map((value, index) => value - UNWANTED_WEIGHT * unwanted[index]!);
  const norm = Math.hypot(...mixed);
  return norm < 1e-6 ? wanted : mixed.map((value) => value / norm);
}
