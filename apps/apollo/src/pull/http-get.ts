import { Agent, type Dispatcher, errors, Pool, ProxyAgent, request } from 'undici';
import { chooseProxy } from './proxy.js';

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long to wait for the connection, the answer, and each next part of its body. */
  readonly idleMs?: number;
}

/** An answer whose body has not been read yet: read it to its end, or `dropAnswer` it. */
export type HttpAnswer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

const MAX_REDIRECTS = 5;
const IDLE_MS = 30_000;
const TIMEOUTS = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError];

/**
 * A GET through the environment's proxy, following redirects. Node's own `fetch` has no proxies in version 20.
 * @returns the answer, unless it is a redirect
 * @throws Error when there is no answer
 */
export async function httpGet(url: URL, options: GetOptions): Promise<HttpAnswer> {
  let target = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const answer = await getOnce(target, options);
    const { location } = answer.headers;
    if (answer.statusCode < 300 || answer.statusCode > 399 || typeof location !== 'string') return answer;
    dropAnswer(answer);
    const next = new URL(location, target);
    if (target.protocol === 'https:' && next.protocol !== 'https:')
      throw new Error(`${target.host} redirects to ${next.protocol}//${next.host}, which is not encrypted`);
    target = next;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects from ${url.host}`);
}

/** Hangs up on an answer whose body nobody wants. */
export function dropAnswer({ body }: HttpAnswer): void {
  body.on('error', () => {}).destroy();
}

/** Says for people what went wrong with a request, or with the body of its answer. */
export function explainHttpError(error: unknown, url: URL, { environment, idleMs = IDLE_MS }: GetOptions): unknown {
  const proxy = chooseProxy(url, environment);
  if (error instanceof errors.RequestAbortedError && proxy !== undefined)
    return new Error(`the proxy ${proxy.host} refuses ${url.host} (${error.message})`, { cause: error });
  if (!TIMEOUTS.some((Timeout) => error instanceof Timeout)) return error;
  const through = proxy === undefined ? '' : ` through the proxy ${proxy.host}`;
  return new Error(`nothing came from ${url.host}${through} for ${idleMs} ms`, { cause: error });
}

async function getOnce(url: URL, options: GetOptions): Promise<HttpAnswer> {
  const { headers, environment, idleMs = IDLE_MS } = options;
  const dispatcher = openDispatcher(chooseProxy(url, environment), idleMs);
  const login = loginOf(url);
  try {
    return await request(url, {
      dispatcher,
      headers: { 'user-agent': 'clip-watch', ...(login === undefined ? {} : { authorization: login }), ...headers },
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
    });
  } catch (error) {
    throw explainHttpError(error, url, options);
  } finally {
    void dispatcher.close(); // It hangs up once the body has been read.
  }
}

function openDispatcher(proxy: URL | undefined, idleMs: number): Dispatcher {
  const connect = { timeout: idleMs };
  if (proxy === undefined) return new Agent({ connect });
  const token = loginOf(proxy);
  return new ProxyAgent({
    uri: proxy.href,
    ...(token === undefined ? {} : { token }),
    proxyTls: connect,
    proxyTunnel: false, // Plain HTTP goes to the proxy as it is; for TLS there is always a tunnel.
    clientFactory: (origin, more) => new Pool(origin, { ...more, headersTimeout: idleMs }),
  });
}

/** The header for the user and password in an address, which undici drops. */
function loginOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
