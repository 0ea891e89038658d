import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ApiEvents } from '../api-types.js';
import type { Host } from '../host/host.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';

const STATUS_EVERY_MS = 1_000;
// So many events that a browser did not take: it sleeps, or is gone without a word. It comes back by itself.
const MOST_UNREAD = 8;

interface Listener {
  readonly reply: FastifyReply;
  /** Events that wait for the ones before them to be taken. */
  unread: number;
}

/** `GET /api/events`: the status whenever it changed, at most once a second, and what happens to libraries. */
export function addEventRoutes(app: FastifyInstance, host: Host): void {
  const listeners = new Set<Listener>();
  let lastStatus = '';

  const send = <K extends keyof ApiEvents>(event: K, data: ApiEvents[K]): void => {
    for (const listener of listeners) deliver(listener, event, data);
  };
  const sendStatus = async (): Promise<void> => {
    if (listeners.size === 0) return;
    const status = await host.status();
    const text = JSON.stringify(status);
    if (text === lastStatus) return;
    lastStatus = text;
    send('status', status);
  };
  const timer = setInterval(() => {
    sendStatus().catch((err: unknown) => app.log.debug({ err }, 'no status for the listeners'));
  }, STATUS_EVERY_MS);
  timer.unref();
  const unsubscribe = host.keeper.events.on((event) => send('library', event));
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
    options: { sse: true },
    async handle({ reply, request }) {
      if (!request.headers.accept?.includes('text/event-stream'))
        throw new HttpProblem('BAD_REQUEST', 'Ask for text/event-stream.');
      const listener: Listener = { reply, unread: 0 };
      reply.sse.keepAlive();
      listeners.add(listener);
      reply.sse.onClose(() => listeners.delete(listener));
      await reply.sse.send({ event: 'status', data: await host.status() });
    },
  });
}

/** A listener that does not read is cut off, so that what it was sent does not gather here. */
function deliver<K extends keyof ApiEvents>(listener: Listener, event: K, data: ApiEvents[K]): void {
  const { sse, raw } = listener.reply;
  if (!sse.isConnected) return;
  if (listener.unread >= MOST_UNREAD) {
    raw.destroy();
    return;
  }
  listener.unread++;
  sse.send({ event, data }).then(
    () => listener.unread--,
    () => {}, // Gone: `onClose` removes it.
  );
}
