export type * from './picture-types.js';
