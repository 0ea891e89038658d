import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Who is let in: hosts, token and proxies. */
export interface AccessRules {
  /** What requests must show, unless something else speaks for them. Never empty. */
  readonly token: string;
  /** Host names beside IP addresses and `localhost`, lower case, without port. */
  readonly allowedHosts: ReadonlySet<string>;
}

/** What one request shows. Header names are lower case. */
export interface AccessRequest {
  readonly method: string;
  /** As a trusted proxy forwarded it, else as the request names it. */
  readonly host: string;
  /** As the request itself names it: a page can make a browser add a forwarded one, not change this. */
  readonly rawHost: string;
  readonly protocol: string;
  /** The route tells nothing about the photos and needs no token. */
  readonly isOpen: boolean;
  /** A page or its script, not data. */
  readonly isPage: boolean;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly sessionCookie: string | undefined;
  readonly now: number;
}

/** `no-proof`: shows nothing. `wrong-proof`: shows something that is not right, which may be a guess. */
export type AccessVerdict = 'allowed' | 'wrong-host' | 'cross-site' | 'no-proof' | 'wrong-proof';

/** Decides on one request: host names first, then where it comes from, then who asks. */
export function decideAccess(request: AccessRequest, rules: AccessRules): AccessVerdict {
  const hosts = [request.rawHost, request.host];
  if (!hosts.every((host) => isAllowedHost(host, rules.allowedHosts))) return 'wrong-host';
  if (!isFromHere(request)) return 'cross-site';
  if (request.isOpen) return 'allowed';
  return judgeProof(request, rules.token);
}

/**
 * DNS rebinding needs a name that the attacker owns: addresses and `localhost` are safe, other names must be listed.
 */
export function isAllowedHost(host: string, allowed: ReadonlySet<string>): boolean {
  const name = hostName(host);
  if (name === undefined) return false;
  return name === 'localhost' || isIP(name) !== 0 || allowed.has(name);
}

function hostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::\d{1,5})?$/.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function isFromHere({ headers, host, protocol, method, isPage }: AccessRequest): boolean {
  const site = single(headers['sec-fetch-site']);
  if (site === 'same-origin' || site === 'none') return true;
  // A link on another page may open the pages: they hold no data, and what they load asks for itself.
  if (site !== undefined) return isPage && method === 'GET' && single(headers['sec-fetch-mode']) === 'navigate';
  const origin = single(headers.origin);
  return origin === undefined || origin === `${protocol}://${host}`;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

function judgeProof({ headers, sessionCookie, now }: AccessRequest, token: string): AccessVerdict {
  // Other schemes are a proxy's affair, which often passes them on.
  const bearer = /^Bearer (.+)$/i.exec(single(headers.authorization) ?? '')?.[1];
  if (bearer !== undefined && isSameSecret(bearer.trim(), token)) return 'allowed';
  const session = sessionCookie === undefined ? 'none' : judgeSession(sessionCookie, token, now);
  if (session === 'valid') return 'allowed';
  return bearer !== undefined || session === 'forged' ? 'wrong-proof' : 'no-proof';
}

/** Compares in a time that says nothing about where two secrets differ. An empty secret is nobody's. */
export function isSameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right)) && left !== '' && right !== '';
}

export const SESSION_COOKIE: string = 'clip_watch_session';
export const SESSION_MS: number = 30 * 24 * 3_600_000;

/** `<expires>.<signature>`: nothing is kept on the server, and a new token ends all sessions. */
export function makeSession(token: string, now: number): string {
  if (token === '') throw new Error('an empty token signs nothing');
  const expires = String(now + SESSION_MS);
  return `${expires}.${signature(expires, token)}`;
}

/** `expired`: it was valid once, so it is no guess. */
export function judgeSession(session: string, token: string, now: number): 'valid' | 'expired' | 'forged' {
  const [expires = '', signed = ''] = session.split('.');
  const isOurs = token !== '' && /^\d{1,16}$/.test(expires) && isSameSecret(signed, signature(expires, token));
  if (!isOurs) return 'forged';
  return Number(expires) > now ? 'valid' : 'expired';
}

function signature(expires: string, token: string): string {
  return createHmac('sha256', token).update(`session ${expires}`).digest('base64url');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
