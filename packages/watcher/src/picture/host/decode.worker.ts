/** A decoder thread: one call in, one value out. */
import { writeFileSync } from 'node:fs';
import { MessageChannel, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { ingestPhoto } from '../ingest-photo.js';
import { PictureProblem, pictureFailure } from '../photo-reasons.js';
import type { StageCell } from '../photo-stage.js';
import { type PrepareContext, prepareSpooled, readImageForEncode, thumbnailOf } from '../prepare-picture.js';
import type { ChildSettings, DecodeCall, DecodeReply } from './host-protocol.js';
import { SPOOL_ABOVE_BYTES } from './host-protocol.js';
import { tempNamesIn } from './temp-names.js';
import { connectServices } from './worker-services.js';

export interface WorkerTask {
  readonly id: number;
  readonly call: DecodeCall;
  readonly cell: StageCell;
}

/** Sent beside the pool's own messages. `asks`: comes when a task asks for something for the first time. */
export type FromThread =
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'asks'; readonly id: number; readonly port: MessagePort };

export interface WorkerResult {
  readonly reply: DecodeReply;
  readonly spoolPath: string | null;
}

const { limits, tempFolder } = workerData as ChildSettings; // given by decode-child.ts
const temp = tempNamesIn(tempFolder);

export default async function decode({ id, call, cell }: WorkerTask): Promise<WorkerResult> {
  using services = connectServices(cell, () => openPort(id));
  services.enter('reading');
  parentPort?.postMessage({ kind: 'begun', id } satisfies FromThread);
  const context = { services, limits, temp };
  return withoutCopy(spooled(await answer(call, context), context));
}

function openPort(id: number): MessagePort {
  const { port1, port2 } = new MessageChannel();
  parentPort?.postMessage({ kind: 'asks', id, port: port2 } satisfies FromThread, [port2]);
  return port1;
}

/** Hands the data's memory over to the main thread. */
function withoutCopy(result: WorkerResult): WorkerResult {
  if (!('data' in result.reply)) return result;
  const { buffer } = result.reply.data;
  return move({ [transferableSymbol]: buffer, [valueSymbol]: result }) as unknown as WorkerResult; // what arrives
}

async function answer(call: DecodeCall, context: PrepareContext): Promise<DecodeReply> {
  try {
    return await run(call, context);
  } catch (error) {
    if (error instanceof PictureProblem) return pictureFailure(error.reason, error.message, error.sure);
    const said = error instanceof Error ? error.message : String(error);
    return pictureFailure('decoder_bug', `Unexpected: ${said}.`);
  }
}

function run(call: DecodeCall, context: PrepareContext): Promise<DecodeReply> {
  switch (call.kind) {
    case 'prepare':
      return readImageForEncode(call, context);
    case 'prepareForSearch':
      return readImageForEncode(call, context);
    case 'prepareBytes':
      return prepareSpooled(call.spoolPath, call.target, context);
    case 'ingest':
      return ingestPhoto(call.photo, context);
    case 'thumbnail':
      return thumbnailOf(call, context);
  }
}

/** Large data goes through a file, which the host reads off its own event loop. */
function spooled(reply: DecodeReply, context: PrepareContext): WorkerResult {
  if (!('data' in reply) || reply.data.length <= SPOOL_ABOVE_BYTES) return { reply, spoolPath: null };
  const spoolPath = context.temp.next('.spool');
  writeFileSync(spoolPath, reply.data, { flag: 'wx', mode: 0o600 });
  return { reply: { ...reply, data: new Uint8Array() }, spoolPath };
}
