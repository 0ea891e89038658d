import { randomBytes } from 'node:crypto';
import { isSameSecret } from './access.js';

/** A secret that signs in once, soon after the start. It lives in memory only. */
export interface LoginLink {
  readonly secret: string;
  /** Whether this is the secret, in time and for the first time: then it is used up. */
  redeem(secret: string, now: number): boolean;
}

export const LOGIN_LINK_MS: number = 10 * 60_000;

export function createLoginLink(now: number): LoginLink {
  const secret = randomBytes(32).toString('base64url');
  let isUsed = false;
  return {
    secret,
    redeem(shown, at) {
      if (isUsed || at - now > LOGIN_LINK_MS || !isSameSecret(shown, secret)) return false;
      isUsed = true;
      return true;
    },
  };
}

/** After the `#` nothing reaches a log or another site; the query makes a tab that is open load the page anew. */
export function loginAddress(pages: string, { secret }: LoginLink): string {
  return `${pages}?login#${secret}`;
}
