/** The one place that says what a child process may know of our environment. */

/** Where programs and files are, language and time, and what tunes native libraries. None of them holds a secret. */
const HARMLESS: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LANG',
  'LANGUAGE',
  'TZ',
  'XDG_CACHE_HOME',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'MALLOC_ARENA_MAX',
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  // Windows starts no program without these.
  'SYSTEMROOT',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
]);

/** For a child that fetches from the internet. A proxy's address may hold a password. */
const NETWORK: ReadonlySet<string> = new Set([
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CLIP_MODEL_MIRROR', // where `model pull` fetches from
]);

/** What a child may know beside what is harmless. */
export interface ChildEnvironmentOptions {
  /** Also the variables of proxies and certificates. Only for a child that downloads. Default false. */
  readonly network?: boolean;
}

/**
 * The environment to start a child process with: what is known to be harmless of our own, and what is given here.
 * Anything else stays behind: tokens, addresses of databases, and whatever the next setting will be called.
 *
 * `NODE_OPTIONS` is left out, since it can load code into every child. `LD_PRELOAD` and `LD_LIBRARY_PATH` stay: who
 * may set them rules this process already, and some machines need them to run native libraries at all.
 * @param extra variables of the child's own; they win
 * @example
 * startChild({ file, env: childEnvironment({ DATA_DIR: folder }), onEnd });
 */
export function childEnvironment(
  extra: Readonly<Record<string, string>> = {},
  { network = false }: ChildEnvironmentOptions = {},
): Record<string, string> {
  const passed = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && mayPass(entry[0], network),
  );
  return { ...Object.fromEntries(passed), ...extra };
}

function mayPass(name: string, network: boolean): boolean {
  // Windows knows no case, and proxies are written in either.
  const upper = name.toUpperCase();
  // The last are the switches of this project's own tests; a preloaded library reads one.
  if (HARMLESS.has(upper) || upper.startsWith('LC_') || upper.startsWith('CLIP_WATCH_TEST_')) return true;
  return network && NETWORK.has(upper);
}
