export { type BadDisk, badDisk, badDiskLibrary } from './bad-disk.js';
export { startBusyPrograms } from './busy-programs.js';
export { type GifFrame, gifFile } from './gif-file.js';
export { type HeicOptions, heicFile } from './heic-file.js';
export { withHeifOrientation, withPremultipliedAlpha } from './heif-container.js';
export { hostileFiles } from './hostile-files.js';
export { HUNG_FOLDER, hungDisk } from './hung-disk.js';
export {
  animatedGif,
  fromPixels,
  oddPictures,
  orientedPicture,
  type PictureFormat,
  paintPicture,
  picture,
  pngChunk,
  pngHeader,
  progressiveBomb,
  type RgbPicture,
  storedPicture,
} from './pictures.js';
export { plainlyExcluded } from './plain-excluder.js';
export { preloadLibrary } from './preload-library.js';
export { rawContainer } from './raw-container.js';
export { decodeInFull, meanDistance, referencePixels, resizeBicubic } from './reference-preprocess.js';
export { hasShared, lacksShared, sharedPath } from './shared.js';
export { tempFolder } from './temp-folder.js';
export { type ThreadPriority, threadPriorities } from './thread-priorities.js';
export { type TiffPage, tiffFile } from './tiff-file.js';
