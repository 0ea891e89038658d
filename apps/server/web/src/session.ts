const SIGNED_IN = 'clip-watch:signed-in';

// The session itself is a cookie that scripts cannot see. This only remembers that there is something to sign out of.
export function rememberSignIn(): void {
  localStorage.setItem(SIGNED_IN, '1');
}

export function forgetSignIn(): void {
  localStorage.removeItem(SIGNED_IN);
}

export function hasSignedIn(): boolean {
  return localStorage.getItem(SIGNED_IN) === '1';
}
