import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from '@clip-watch/basics';
import { type ApolloAddress, parseApolloAddress } from './address.js';
import type { ClipClientOptions } from './types.js';

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
  readonly log: Logger | undefined;
}

type Attempt<T> = { readonly value: T } | { readonly problem: string };

export const MAX_CONCURRENCY: number = 256;
const MAX_TIMEOUT_MS = 86_400_000;
const DEFAULT_CONCURRENCY = 4;
const DEFAULT_ITEM_TIMEOUT_MS = 30_000;

/** One option that a client cannot work with. */
export interface OptionProblem {
  /** Which one. */
  readonly option: keyof ClipClientOptions;
  /** For people, without the option's name. Never holds the token. */
  readonly message: string;
}

/**
 * Fills the defaults and reads the CA file. Opens no socket.
 * @throws TypeError naming every option that is out of bounds, not only the first
 */
export function resolveClipClientOptions(options: ClipClientOptions): Readonly<ResolvedClipClientOptions> {
  const { addresses, fallbackAddress, caPem, problems } = readOptions(options);
  if (problems.length > 0) {
    const told = problems.map(({ option, message }) => `${option} ${message}`);
    throw new TypeError(`ClipClient options: ${told.join('; ')}`);
  }
  return Object.freeze({
    addresses,
    fallbackAddress,
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    token: options.token,
    caPem,
    modelVersion: options.modelVersion,
    sendNames: options.sendNames ?? false,
    itemTimeoutMs: options.itemTimeoutMs ?? DEFAULT_ITEM_TIMEOUT_MS,
    clientName: options.clientName ?? 'clip-watch',
    log: options.log,
  });
}

/**
 * Everything that `createClipClient` would refuse, for a program that shows its settings' faults all at once. Reads the
 * CA file, opens no socket.
 * @returns empty when the options are good
 * @example
 * for (const { option, message } of findOptionProblems({ addresses: ['grpc://nowhere'] })) console.error(option, message);
 */
export function findOptionProblems(options: ClipClientOptions): readonly OptionProblem[] {
  return readOptions(options).problems;
}

interface ReadOptions extends Pick<ResolvedClipClientOptions, 'addresses' | 'fallbackAddress' | 'caPem'> {
  readonly problems: readonly OptionProblem[];
}

function readOptions(options: ClipClientOptions): ReadOptions {
  const problems: OptionProblem[] = [];
  const tell = (option: keyof ClipClientOptions, messages: readonly string[]): void => {
    problems.push(...messages.map((message) => ({ option, message })));
  };
  const keep = <T>(option: keyof ClipClientOptions, attempt: Attempt<T>): T | undefined => {
    if ('value' in attempt) return attempt.value;
    tell(option, [attempt.problem]);
    return undefined;
  };
  const addresses = readAddresses(options.addresses).flatMap((attempt) => keep('addresses', attempt) ?? []);
  const fallbackAddress =
    options.fallbackAddress === undefined ? undefined : keep('fallbackAddress', readAddress(options.fallbackAddress));
  const { concurrency = DEFAULT_CONCURRENCY, itemTimeoutMs = DEFAULT_ITEM_TIMEOUT_MS } = options;
  tell('addresses', repeated(addresses));
  tell('concurrency', outOfRange(concurrency, 1, MAX_CONCURRENCY));
  tell('itemTimeoutMs', outOfRange(itemTimeoutMs, 1, MAX_TIMEOUT_MS));
  tell('token', tokenProblems(options.token, [...addresses, fallbackAddress]));
  tell('modelVersion', options.modelVersion === '' ? ['is empty'] : []);
  const caPem = options.caFile === undefined ? undefined : keep('caFile', readCertificates(options.caFile));
  return { addresses, fallbackAddress, caPem, problems };
}

/** @returns the problem, or nothing; also used for changes while running */
export function outOfRange(value: unknown, least: number, most: number): string[] {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return [];
  return [`is ${String(value)}, not a whole number from ${least} to ${most}`];
}

function readAddresses(texts: unknown): Attempt<ApolloAddress>[] {
  if (!Array.isArray(texts)) return [{ problem: 'is not a list' }];
  return texts.map(readAddress);
}

function readAddress(text: unknown): Attempt<ApolloAddress> {
  try {
    return { value: parseApolloAddress(String(text)) };
  } catch (error) {
    return { problem: `holds ${messageOf(error)}` };
  }
}

function repeated(addresses: readonly ApolloAddress[]): string[] {
  const targets = addresses.map(({ target }) => target.toLowerCase());
  const twice = addresses.find(({ target }, index) => targets.indexOf(target.toLowerCase()) < index);
  return twice === undefined ? [] : [`holds ${twice.text} twice`];
}

function tokenProblems(token: string | undefined, addresses: readonly (ApolloAddress | undefined)[]): string[] {
  if (token === undefined) return [];
  // Said without the token: this text ends in logs.
  if (!/^[\x21-\x7e]+$/.test(token)) return ['is empty or holds a space, a line break or a letter outside ASCII'];
  return addresses
    .filter((address) => address?.kind === 'grpc' && !address.isLocal)
    .map((address) => `would travel readable to ${address?.text}: use grpcs:// there`);
}

function readCertificates(path: string): Attempt<Buffer> {
  try {
    const pem = readFileSync(path);
    new X509Certificate(pem);
    return { value: pem };
  } catch (error) {
    return { problem: `names ${path}, which holds no certificate in PEM (${messageOf(error)})` };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
