/** Where an Apollo listens. */
export interface ApolloAddress {
  /** Plain text, TLS, or a Unix socket. */
  readonly kind: 'grpc' | 'grpcs' | 'unix';
  /** As configured. Holds no secret: an address with one is refused. */
  readonly text: string;
  /** The same for gRPC's name resolver. */
  readonly target: string;
  /** Host without brackets; absent for a Unix socket. */
  readonly host?: string;
  /** On this machine: names and a token over plaintext stay inside. */
  readonly isLocal: boolean;
}

/** `sun_path` holds 108 bytes with its ending zero. */
const MAX_SOCKET_PATH_BYTES = 107;
const HOST_AND_PORT = /^(grpcs?):\/\/(\[[0-9a-fA-F:.%]+\]|[^\s:/@[\]?#\\]+):(\d{1,5})\/?$/;

/**
 * Reads `grpc://host:port`, `grpcs://host:port` or `unix:/path`. The port has no default.
 * @throws TypeError saying what is wrong with the text, without a secret that it holds
 * @example
 * parseApolloAddress('grpcs://gpu.lan:50051').isLocal; // false: a token goes there by TLS only
 */
export function parseApolloAddress(text: string): ApolloAddress {
  if (text.startsWith('unix:')) return parseSocket(text);
  const [, scheme, bracketed, port] = HOST_AND_PORT.exec(text) ?? [];
  if (bracketed === undefined)
    throw new TypeError(`"${withoutSecret(text)}" is no address: grpc://host:port, grpcs://host:port or unix:/path`);
  const kind = scheme === 'grpcs' ? 'grpcs' : 'grpc';
  if (Number(port) < 1 || Number(port) > 65_535) throw new TypeError(`"${text}" has a port outside 1 to 65535`);
  const host = bracketed.replace(/^\[|\]$/g, '');
  return { kind, text, target: `dns:${bracketed}:${port}`, host, isLocal: isLoopback(host) };
}

function parseSocket(text: string): ApolloAddress {
  const path = text.slice('unix:'.length).replace(/^\/\/+/, '/');
  if (!path.startsWith('/') || path.length < 2 || path.includes('\0'))
    throw new TypeError(`"${text}" is no address: a Unix socket needs an absolute path, unix:/path`);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES)
    throw new TypeError(`"${text}" is too long for a Unix socket: ${MAX_SOCKET_PATH_BYTES} bytes at most`);
  return { kind: 'unix', text, target: `unix:${path}`, isLocal: true };
}

/** A mistyped `grpc://user:secret@host` must not reach a log through the error. */
function withoutSecret(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//…@').slice(0, 200);
}

/** True for names and numbers that never leave this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
