export { sharedFolder } from './shared.js';
export { tempFolder } from './temp-folder.js';
