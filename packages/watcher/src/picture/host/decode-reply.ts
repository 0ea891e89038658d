/** Data that comes with a reply, by the pipe or by a file. */
import { readFile, rm } from 'node:fs/promises';
import type { PictureFailure } from '../../picture-types.js';
import type { DecodeReply } from './host-protocol.js';

/** The pipe's message is one memory block; a view of it would keep all of it alive. */
export function withOwnData(reply: DecodeReply): DecodeReply {
  return 'data' in reply ? { ...reply, data: new Uint8Array(reply.data) } : reply;
}

/** Puts the data back that the child left in a file, and removes the file. */
export async function fromSpool(reply: DecodeReply, path: string): Promise<DecodeReply> {
  const data = await readFile(path);
  await rm(path, { force: true });
  return { ...reply, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) } as DecodeReply; // as it was before the file
}

/** The child answers each kind of call with its kinds of reply; anything else is a bug of ours. */
export function expectKind<K extends DecodeReply['kind']>(
  reply: DecodeReply,
  kinds: readonly K[],
): Extract<DecodeReply, { kind: K }> | PictureFailure {
  if (reply.kind === 'failed' || (kinds as readonly string[]).includes(reply.kind))
    return reply as Extract<DecodeReply, { kind: K }> | PictureFailure; // checked in this line
  throw new TypeError(`the decode child answered with ${reply.kind}`);
}
