/** A decoder thread: one call in, one value out. */
import { writeFileSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { ChildSettings, DecodeCall, DecodeReply } from './host-protocol.js';
import { SPOOL_ABOVE_BYTES } from './host-protocol.js';
import { ingestPhoto } from './ingest-photo.js';
import { PictureProblem, pictureFailure } from './photo-reasons.js';
import { type PrepareContext, prepareUpload, readImageForEncode, thumbnailOf } from './prepare-picture.js';
import { tempNamesIn } from './temp-names.js';
import { connectServices } from './worker-services.js';

export interface WorkerTask {
  readonly call: DecodeCall;
  readonly settings: ChildSettings;
  readonly port: MessagePort;
}

export interface WorkerResult {
  readonly reply: DecodeReply;
  readonly spoolPath: string | null;
}

export default async function decode({ call, settings, port }: WorkerTask): Promise<WorkerResult> {
  const services = connectServices(port);
  const context = { services, limits: settings.limits, temp: tempNamesIn(settings.tempFolder) };
  services.enter('reading');
  try {
    return spooled(await answer(call, context), context);
  } finally {
    port.close();
  }
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
    case 'prepareBytes':
      return prepareUpload(call.spoolPath, call.target, call.crop, context);
    case 'ingest':
      return ingestPhoto(call.photo, context);
    case 'thumbnail':
      return thumbnailOf(call.photo, call.maxSide, context);
  }
}

/** Large data goes through a file, which the host reads off its own event loop. */
function spooled(reply: DecodeReply, context: PrepareContext): WorkerResult {
  if (!('data' in reply) || reply.data.length <= SPOOL_ABOVE_BYTES) return { reply, spoolPath: null };
  const spoolPath = context.temp.next('.spool');
  writeFileSync(spoolPath, reply.data, { flag: 'wx', mode: 0o600 });
  return { reply: { ...reply, data: new Uint8Array() }, spoolPath };
}
