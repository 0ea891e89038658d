/**
 * The extension that ExifTool is shown. It tells some RAW formats apart by their extension only, and a wrong one hides
 * previews from it; so the content decides, and the photo's own extension only between formats of one maker.
 */
import { extensionOf, isRawFile } from '../../exclude/file-types.js';
import type { Content } from './sniff-content.js';
import { holdsRaw, makerOf, markOf } from './tiff-kind.js';

/** The first of a family is its usual extension. */
type Family = readonly string[];

const BY_CONTENT: Readonly<Record<string, Family>> = {
  raf: ['raf'],
  crw: ['crw'],
  mrw: ['mrw', 'mdc'],
  x3f: ['x3f'],
  orf: ['orf', 'ori'],
  rw2: ['rw2', 'rwl', 'raw'],
  ari: ['ari'],
  cr3: ['cr3'],
  cr2: ['cr2'],
  dng: ['dng', 'gpr'],
  iiq: ['iiq', 'cap'],
};

const BY_MAKER: readonly (readonly [maker: RegExp, family: Family])[] = [
  [/^nikon/i, ['nef', 'nrw']],
  [/^sony/i, ['arw', 'sr2', 'srf', 'arq']],
  [/^(pentax|ricoh|asahi)/i, ['pef', 'ptx']],
  [/^samsung/i, ['srw']],
  [/^hasselblad/i, ['3fr', 'fff']],
  [/^(eastman )?kodak/i, ['kdc', 'dcr', 'dcs', 'drf', 'k25']],
  [/^(seiko )?epson/i, ['erf']],
  [/^mamiya/i, ['mef', 'mos']],
  [/^leaf/i, ['mos']],
  [/^phase one/i, ['iiq', 'cap']],
];

/** @returns an extension with its dot, or nothing */
export function exifToolSuffix(name: string, content: Content): string {
  const own = extensionOf(name);
  const family = familyOf(content, own);
  if (family !== undefined && !family.includes(own)) return `.${family[0]}`;
  return /^[a-z0-9]{1,5}$/.test(own) ? `.${own}` : '';
}

/** Undefined: the extension says enough. */
function familyOf(content: Content, own: string): Family | undefined {
  if (content.way === 'raw') return BY_CONTENT[content.name];
  if (content.way !== 'tiff' || !holdsRaw(content.tiff)) return undefined;
  const byMark = BY_CONTENT[markOf(content.tiff) ?? ''];
  const byMaker = BY_MAKER.find(([maker]) => maker.test(makerOf(content.tiff)))?.[1];
  // Of a maker that is not listed, one RAW extension is as good as another.
  return byMark ?? byMaker ?? (isRawFile(`x.${own}`) ? undefined : BY_CONTENT.dng);
}
