import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ApolloAddress, parseApolloAddress } from './address.js';
import type { ClipClientOptions, ClipLogger } from './types.js';

/** The options, filled, checked and ready for use. */
export interface ResolvedClipClientOptions {
  readonly addresses: readonly ApolloAddress[];
  readonly fallbackAddress: ApolloAddress | undefined;
  readonly concurrency: number;
  readonly token: string | undefined;
  /** The bytes of `caFile`, at least one certificate in PEM. */
  readonly caPem: Buffer | undefined;
  readonly modelVersion: string | undefined;
  readonly sendNames: boolean;
  readonly itemTimeoutMs: number;
  readonly clientName: string;
  readonly log: ClipLogger | undefined;
}

export const MAX_CONCURRENCY: number = 256;
const MAX_TIMEOUT_MS = 86_400_000;

type Attempt<T> = { readonly value: T } | { readonly problem: string };

/**
 * Fills the defaults and reads the CA file. Opens no socket.
 * @throws TypeError naming every option that is out of bounds, not only the first
 */
export function resolveClipClientOptions(options: ClipClientOptions): Readonly<ResolvedClipClientOptions> {
  const problems: string[] = [];
  const keep = <T>(attempt: Attempt<T>): T | undefined => {
    if ('value' in attempt) return attempt.value;
    problems.push(attempt.problem);
    return undefined;
  };
  const addresses = readAddresses(options.addresses).map(keep);
  const fallbackAddress =
    options.fallbackAddress === undefined ? undefined : keep(readAddress(options.fallbackAddress));
  const { concurrency = 4, itemTimeoutMs = 30_000, token } = options;
  problems.push(
    ...outOfRange('concurrency', concurrency, 1, MAX_CONCURRENCY),
    ...outOfRange('itemTimeoutMs', itemTimeoutMs, 1, MAX_TIMEOUT_MS),
    ...tokenProblems(token, [...addresses, fallbackAddress]),
    ...repeated(options.addresses),
    ...emptyString('modelVersion', options.modelVersion),
  );
  const caPem = options.caFile === undefined ? undefined : keep(readCertificates(options.caFile));
  if (problems.length > 0) throw new TypeError(`ClipClient options: ${problems.join('; ')}`);
  return Object.freeze({
    addresses: addresses.filter((address) => address !== undefined),
    fallbackAddress,
    concurrency,
    token,
    caPem,
    modelVersion: options.modelVersion,
    sendNames: options.sendNames ?? false,
    itemTimeoutMs,
    clientName: options.clientName ?? 'clip-watch',
    log: options.log,
  });
}

/** @returns the problem, or nothing; also used for changes while running */
export function outOfRange(name: string, value: unknown, least: number, most: number): string[] {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return [];
  return [`${name} is ${String(value)}, not a whole number from ${least} to ${most}`];
}

function readAddresses(texts: unknown): Attempt<ApolloAddress>[] {
  if (!Array.isArray(texts)) return [{ problem: 'addresses is not a list' }];
  return texts.map(readAddress);
}

function readAddress(text: unknown): Attempt<ApolloAddress> {
  try {
    return { value: parseApolloAddress(String(text)) };
  } catch (error) {
    return { problem: (error as TypeError).message };
  }
}

function repeated(texts: readonly string[]): string[] {
  if (!Array.isArray(texts) || new Set(texts).size === texts.length) return [];
  return ['an address is listed twice'];
}

function emptyString(name: string, value: string | undefined): string[] {
  return value === '' ? [`${name} is empty`] : [];
}

function tokenProblems(token: string | undefined, addresses: readonly (ApolloAddress | undefined)[]): string[] {
  if (token === undefined) return [];
  // Said without the token: this text ends in logs.
  if (!/^[\x21-\x7e]+$/.test(token)) return ['token is empty or holds a space, a line break or a letter outside ASCII'];
  return addresses
    .filter((address) => address?.kind === 'grpc' && !address.isLocal)
    .map((address) => `a token would travel readable to ${address?.text}: use grpcs:// there`);
}

function readCertificates(path: string): Attempt<Buffer> {
  try {
    const pem = readFileSync(path);
    new X509Certificate(pem);
    return { value: pem };
  } catch (error) {
    return { problem: `caFile ${path} holds no certificate in PEM (${(error as Error).message})` };
  }
}
