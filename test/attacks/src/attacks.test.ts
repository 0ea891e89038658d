import { ATTACKS } from './attacks.js';
import { describeAttacks } from './describe-attacks.js';

/** In every run; the others take minutes, and come with the long ones. */
const USUAL: ReadonlySet<string> = new Set([
  'server-kill',
  'child-kill',
  'shutdown',
  'canaries',
  'originals',
  'licences',
]);

describeAttacks(
  ATTACKS.filter(({ name }) => USUAL.has(name)),
  'smoke',
);
