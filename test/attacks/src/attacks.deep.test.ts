import { ATTACKS } from './attacks.js';
import { describeAttacks } from './describe-attacks.js';

describeAttacks(ATTACKS, process.env.CLIP_WATCH_TEST_SIZE === 'nightly' ? 'nightly' : 'deep');
