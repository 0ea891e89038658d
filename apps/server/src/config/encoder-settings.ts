import { type ClipClientOptions, findOptionProblems } from '@clip-watch/clip-client';
import type { Settings } from './settings.js';

const VARIABLES: Readonly<Partial<Record<keyof ClipClientOptions, string>>> = {
  addresses: 'APOLLO_URL',
  token: 'APOLLO_TOKEN',
  caFile: 'APOLLO_CA_FILE',
};

/**
 * What the client of the encoders would refuse, so that a bad setting is told before anything starts.
 * @returns sentences that begin with the variable; never with the token in them
 */
export function encoderProblems({
  apolloUrl,
  apolloToken,
  apolloCaFile,
}: Pick<Settings, 'apolloUrl' | 'apolloToken' | 'apolloCaFile'>): readonly string[] {
  const problems = findOptionProblems({
    addresses: apolloUrl.addresses,
    ...(apolloToken === null ? {} : { token: apolloToken }),
    ...(apolloCaFile === null ? {} : { caFile: apolloCaFile }),
  });
  return problems.map(({ option, message }) => `${VARIABLES[option] ?? option} ${message}`);
}
