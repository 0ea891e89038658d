import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiEvents } from '../api/index.js';
import type { Host } from '../host/host.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';

const STATUS_EVERY_MS = 1_000;
// A browser that leaves so much unread sleeps, or is gone without a word. It comes back by itself.
const MOST_UNREAD_BYTES = 512 << 10;
// Fifty megabytes if none of them read. Beyond that, a page asks for the status now and then instead.
const MOST_LISTENERS = 100;

interface Listener {
  readonly reply: FastifyReply;
  /** The last status that it was sent. */
  status: string;
}

/** `GET /api/events`: the status whenever it changed, at most once a second, and what happens to libraries. */
export function addEventRoutes(app: FastifyInstance, host: Host): void {
  const listeners = new Set<Listener>();

  const sendStatus = async (): Promise<void> => {
    if (listeners.size === 0) return;
    const status = JSON.stringify(await host.status());
    for (const listener of listeners) sendIfNew(listener, status);
  };
  const timer = setInterval(() => {
    sendStatus().catch((err: unknown) => app.log.debug({ err }, 'no status for the listeners'));
  }, STATUS_EVERY_MS);
  timer.unref();
  const unsubscribe = host.keeper.events.on((event) => {
    const data = JSON.stringify(event satisfies ApiEvents['library']);
    for (const listener of listeners) send(listener, 'library', data);
  });
  app.addHook('preClose', async () => {
    clearInterval(timer);
    unsubscribe();
    for (const { reply } of listeners) reply.sse.close();
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/events',
    summary: 'Server-sent events: `status` and `library`',
    produces: 'text/event-stream',
    options: { sse: true, onRequest: [acceptAnything, limitListeners()] },
    async handle({ reply, request }) {
      if (!request.headers.accept?.includes('text/event-stream'))
        throw new HttpProblem('BAD_REQUEST', 'Ask for text/event-stream.');
      const status = JSON.stringify(await host.status());
      // Gone already: nothing would ever take it off the list again.
      if (!reply.sse.isConnected) return;
      reply.sse.keepAlive();
      reply.sse.sendHeaders();
      const listener: Listener = { reply, status: '' };
      sendIfNew(listener, status);
      listeners.add(listener);
      reply.sse.onClose(() => listeners.delete(listener));
    },
  });
}

/** The library knows one spelling of "I take an event stream" only; curl and fetch say that they take anything. */
async function acceptAnything({ headers }: FastifyRequest): Promise<void> {
  if (headers.accept === undefined || /(^|[,\s])(text|\*)\/\*/.test(headers.accept))
    headers.accept = 'text/event-stream';
}

/** A hook, since the library answers 200 to whatever its handler throws. */
function limitListeners(): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let open = 0;
  return async (_request, { raw }) => {
    if (open >= MOST_LISTENERS)
      throw new HttpProblem('BUSY', 'Too many pages follow the events. Ask for /api/clip/status from time to time.');
    open++;
    raw.once('close', () => open--);
  };
}

function sendIfNew(listener: Listener, status: string): void {
  if (listener.status === status) return;
  listener.status = status;
  send(listener, 'status', status);
}

/** What a listener does not read must not gather here: it is cut off. @param data JSON, so it is one line */
function send({ reply }: Listener, event: keyof ApiEvents, data: string): void {
  if (!reply.sse.isConnected) return;
  if (reply.raw.writableLength > MOST_UNREAD_BYTES) reply.raw.destroy();
  else reply.raw.write(`event: ${event}\ndata: ${data}\n\n`);
}
