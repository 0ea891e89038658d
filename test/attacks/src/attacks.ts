import type { Attack } from './attack.js';
import { brokenNetwork } from './attacks/broken-network.js';
import { canaries } from './attacks/canaries.js';
import { childKill } from './attacks/child-kill.js';
import { clockJumps } from './attacks/clock-jumps.js';
import { fileChurn } from './attacks/file-churn.js';
import { licences } from './attacks/licences.js';
import { originals } from './attacks/originals.js';
import { serverKill } from './attacks/server-kill.js';
import { shutdown } from './attacks/shutdown.js';
import { soak } from './attacks/soak.js';

export const ATTACKS: readonly Attack[] = [
  serverKill,
  childKill,
  shutdown,
  brokenNetwork,
  fileChurn,
  clockJumps,
  canaries,
  originals,
  licences,
  soak,
];
