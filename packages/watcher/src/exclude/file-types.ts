/**
 * What a file's name says. The name decides only what becomes a candidate; what a file really is, its bytes say
 * (`picture/sniff-content.ts`).
 */

// One row a kind, with the media type that servers and ExifTool use for it. RAW rows name the maker.
const MEDIA_TYPES: Readonly<Record<string, readonly string[]>> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jif', 'jfi', 'jfif', 'mpo', 'jps', 'insp'],
  'image/png': ['png', 'apng'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif', 'avifs'],
  'image/tiff': ['tif', 'tiff'],
  'image/heic': ['heic', 'heics'],
  'image/heif': ['heif', 'heifs', 'hif'],
  'image/jxl': ['jxl'],
  'image/jp2': ['jp2', 'j2k', 'jpf', 'jpx', 'jpm'],
  'image/bmp': ['bmp', 'dib'],
  'image/svg+xml': ['svg'],
  'image/vnd.adobe.photoshop': ['psd', 'psb'],
};

const RAW_TYPES: Readonly<Record<string, readonly string[]>> = {
  'image/x-adobe-dng': ['dng'],
  'image/x-arriflex-ari': ['ari'],
  'image/x-canon-cr2': ['cr2'],
  'image/x-canon-cr3': ['cr3'],
  'image/x-canon-crw': ['crw'],
  'image/x-casio-bay': ['bay'],
  'image/x-epson-erf': ['erf'],
  'image/x-fuji-raf': ['raf'],
  'image/x-gopro-gpr': ['gpr'],
  'image/x-hasselblad-3fr': ['3fr'],
  'image/x-hasselblad-fff': ['fff'],
  'image/x-kodak-dcr': ['dcr', 'dcs', 'drf'],
  'image/x-kodak-k25': ['k25'],
  'image/x-kodak-kdc': ['kdc', 'kc2'],
  'image/x-leica-rwl': ['rwl'],
  'image/x-mamiya-mef': ['mef', 'mfw'],
  'image/x-minolta-mrw': ['mrw', 'mdc'],
  'image/x-leaf-mos': ['mos'],
  'image/x-nikon-nef': ['nef'],
  'image/x-nikon-nrw': ['nrw'],
  'image/x-olympus-orf': ['orf', 'ori'],
  'image/x-panasonic-raw': ['raw'],
  'image/x-panasonic-rw2': ['rw2'],
  'image/x-pentax-pef': ['pef', 'ptx'],
  'image/x-phaseone-cap': ['cap'],
  'image/x-phaseone-iiq': ['iiq'],
  'image/x-samsung-srw': ['srw'],
  'image/x-sigma-x3f': ['x3f'],
  'image/x-sinar-sti': ['sti', 'cs1'],
  'image/x-sony-arw': ['arw', 'arq'],
  'image/x-sony-sr2': ['sr2'],
  'image/x-sony-srf': ['srf'],
};

const HEIF_EXTENSIONS: ReadonlySet<string> = new Set(['heic', 'heics', 'heif', 'heifs', 'hif']);
const RAW_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(RAW_TYPES).flat());
const BY_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...MEDIA_TYPES, ...RAW_TYPES }).flatMap(([type, names]) => names.map((name) => [name, type])),
);

/** The extension in lower case, without the dot; empty for `README` and for `.jpg`, which is a hidden file's name. */
export function extensionOf(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot > 0 ? base.slice(dot + 1).toLowerCase() : '';
}

/**
 * Whether a name may hold a photo. Case does not matter. Names that operating systems leave beside real photos
 * (`._IMG_1.JPG`, written by macOS) are no photos.
 */
export function isImageFile(name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return !base.startsWith('._') && BY_EXTENSION.has(extensionOf(base));
}

/** Whether pixels of such a file usually come from a preview or from a slow decoder: RAW, HEIC and HEIF. */
export function needsPreview(name: string): boolean {
  const extension = extensionOf(name);
  return RAW_EXTENSIONS.has(extension) || HEIF_EXTENSIONS.has(extension);
}

/** Whether the name is a camera maker's RAW format. */
export function isRawFile(name: string): boolean {
  return RAW_EXTENSIONS.has(extensionOf(name));
}

/** @returns the media type that the extension promises, or null for names that are no picture's */
export function mediaTypeOf(name: string): string | null {
  return BY_EXTENSION.get(extensionOf(name)) ?? null;
}
