import { isIP } from 'node:net';
import { isAbsolute, normalize } from 'node:path';
import { parseApolloAddress } from '@clip-watch/clip-client';
import { LONGEST_SOCKET_PATH, socketPathOf } from '@clip-watch/processes';
import { compile } from '@fastify/proxy-addr';
import { z } from 'zod';
import { messageOf } from '../errors.js';

// Environment and flags give text, the file gives JSON: each schema takes both and yields one type.

const TRUE_WORDS = ['1', 'true', 'yes', 'on'];
const FALSE_WORDS = ['0', 'false', 'no', 'off'];

export function wholeNumber(min: number, max: number): z.ZodType<number> {
  return z
    .union([z.number(), z.string().trim().regex(/^\d+$/, 'is no whole number').transform(Number)])
    .pipe(z.number().int('is no whole number').min(min, `is below ${min}`).max(max, `is above ${max}`));
}

export function words(): z.ZodType<readonly string[]> {
  return z.union([z.array(z.string().min(1)), z.string().transform(split)]);
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** An address or a name to listen on, or a Unix socket: `unix:/path`. */
export function listenHost(): z.ZodType<string> {
  return z
    .string()
    .trim()
    .min(1, 'is empty')
    .superRefine((host, ctx) => {
      const path = socketPathOf(host);
      if (path === undefined) return;
      if (!isAbsolute(path)) ctx.addIssue({ code: 'custom', message: 'is no socket like unix:/run/clip-watch.sock' });
      else if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH)
        ctx.addIssue({
          code: 'custom',
          message: `names a socket with more than ${LONGEST_SOCKET_PATH} bytes: choose a shorter path`,
        });
    });
}

/** Proxies by address, network (`10.0.0.0/8`) or `unix`. What once said "no" still names none; "yes" names nobody. */
export function proxies(): z.ZodType<readonly string[]> {
  return z.union([z.boolean(), z.array(z.string()), z.string()]).transform((given, ctx): readonly string[] => {
    const named = Array.isArray(given) ? given.map((part) => part.trim()) : split(String(given));
    if (named.length === 1 && FALSE_WORDS.includes(named[0]?.toLowerCase() ?? '')) return [];
    const bad = named.find((proxy) => !isProxy(proxy));
    if (bad === undefined) return named;
    const message = TRUE_WORDS.includes(bad.toLowerCase())
      ? 'does not say which proxy: write its address, such as 127.0.0.1 for one on this machine'
      : `holds "${bad}": write addresses, networks such as 10.0.0.0/8, or unix`;
    ctx.addIssue({ code: 'custom', message });
    return [];
  });
}

function isProxy(text: string): boolean {
  if (text === 'unix') return true;
  if (isIP(text.split('/')[0] ?? '') === 0) return false;
  try {
    compile(text);
    return true;
  } catch {
    return false; // No such range, or all the world (`/0`).
  }
}

const SHORTEST_TOKEN = 16;
const FEWEST_KINDS = 8;

/** A secret that a person chose. */
export function chosenToken(): z.ZodType<string> {
  return z
    .string()
    .trim()
    .min(SHORTEST_TOKEN, `is shorter than ${SHORTEST_TOKEN} characters`)
    .refine(
      (token) => new Set(token).size >= FEWEST_KINDS,
      `has fewer than ${FEWEST_KINDS} different characters: leave it out, and a good one is made`,
    );
}

export function folders(): z.ZodType<readonly string[]> {
  return words().transform((paths, ctx): readonly string[] => {
    const bad = paths.find((path) => !isAbsolute(path));
    if (bad !== undefined) ctx.addIssue({ code: 'custom', message: `holds "${bad}", which is no absolute path` });
    return paths.map((path) => normalize(path).replace(/(?<=.)\/$/, ''));
  });
}

/** Where photos are encoded: addresses in order of preference, and whether the embedded encoder serves (last). */
export interface ApolloSetting {
  readonly enabled: boolean;
  readonly addresses: readonly string[];
  readonly embedded: boolean;
}

export function apolloUrl(): z.ZodType<ApolloSetting> {
  return z.string().transform((text, ctx): ApolloSetting => {
    const parts = text.split(',').map((part) => part.trim());
    if (text.trim() === 'disabled') return { enabled: false, addresses: [], embedded: false };
    const embedded = parts.at(-1) === 'embedded';
    const addresses = embedded ? parts.slice(0, -1) : parts;
    const [problem] = addresses.map(addressProblem).filter((message) => message !== undefined);
    if (problem !== undefined)
      ctx.addIssue({ code: 'custom', message: `holds ${problem}, or embedded (last), or disabled (alone)` });
    return { enabled: true, addresses, embedded };
  });
}

function addressProblem(address: string): string | undefined {
  try {
    parseApolloAddress(address);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export function webAddress(): z.ZodType<string> {
  return z.string().refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), 'is no http(s) address');
}

export function basePath(): z.ZodType<string> {
  return z
    .string()
    .regex(/^\/?$|^\/[A-Za-z0-9._~/-]*$/, 'is no path like /photos')
    .transform((text) => text.replace(/\/+$/, ''));
}

export function databaseUrl(): z.ZodType<string> {
  return z.string().refine((text) => /^(file:|postgres(ql)?:\/\/)/.test(text), 'is neither file:… nor postgresql://…');
}
