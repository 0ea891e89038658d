export type { LibraryRoot } from './identity.js';
export { compareIdentities, identityOf, UNSURE_IDENTITY } from './identity.js';
export type { OpenRoot } from './open-root.js';
export { openBelow, openRoot, openRootSync, RootChangedError } from './open-root.js';
