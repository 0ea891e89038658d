import { ATTACKS } from './attacks.js';
import { describeAttacks } from './describe-attacks.js';

describeAttacks(ATTACKS, 'smoke');
