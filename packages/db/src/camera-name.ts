// What companies put behind their name: "NIKON CORPORATION", "RICOH IMAGING COMPANY, LTD.", "Leica Camera AG".
const COMPANY: ReadonlySet<string> = new Set(
  'ag camera co company corp corporation gmbh imaging inc kg ltd optical'.split(' '),
);

/**
 * What filters and lists call a camera: its model, with the brand before it unless the model says it already.
 * @param make as EXIF has it: `NIKON CORPORATION`
 * @param model as EXIF has it: `NIKON D750`
 * @returns null without a model
 */
export function cameraName(make: string | null, model: string | null): string | null {
  if (model === null) return null;
  const brand = brandOf(make ?? '');
  const [first = ''] = model.toLowerCase().split(' ', 1);
  const isSaid = brand.some((word) => word.toLowerCase() === first);
  return isSaid || model.toLowerCase().startsWith(brand.join(' ').toLowerCase()) ? model : [...brand, model].join(' ');
}

function brandOf(make: string): readonly string[] {
  const words = make.split(/[\s,]+/).filter((word) => word !== '');
  while (words.length > 1 && COMPANY.has(words.at(-1)!.toLowerCase().replaceAll('.', ''))) words.pop();
  return words;
}
