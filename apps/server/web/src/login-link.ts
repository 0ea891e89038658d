import { login } from './api/endpoints.js';
import { rememberSignIn } from './session.js';

/** `used`: there was none, or it signed in. `refused`: it is too old, or somebody was faster. */
export type LinkOutcome = 'used' | 'refused';

/** The link that the server printed at its start (`?login#SECRET`) signs in once. Its secret leaves the address at once. */
export async function signInByLink(): Promise<LinkOutcome> {
  const secret = takeSecret();
  if (secret === null) return 'used';
  try {
    await login({ link: secret });
  } catch {
    return 'refused'; // Whoever is let in without a login sees no difference; all others are asked for the token.
  }
  rememberSignIn();
  return 'used';
}

function takeSecret(): string | null {
  const secret = new URLSearchParams(location.search).has('login') ? location.hash.slice(1) : '';
  if (secret === '') return null;
  history.replaceState(null, '', location.pathname);
  return secret;
}
