type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address, by the rules that curl and git follow: `https_proxy`,
 * `http_proxy`, `all_proxy` in either case; `no_proxy` lists hosts, `.suffixes` and `*`.
 * @returns undefined for a direct connection
 * @throws TypeError when the variable holds no address
 */
export function chooseProxy(target: URL, environment: Environment): URL | undefined {
  const read = (name: string): string => environment[name] || environment[name.toUpperCase()] || '';
  if (isExempt(target, read('no_proxy'))) return undefined;
  const proxy = read(target.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || read('all_proxy');
  if (proxy === '') return undefined;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

function isExempt(target: URL, list: string): boolean {
  const host = target.hostname.toLowerCase();
  return list
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || entry === host || entry === target.host || host.endsWith(`.${entry}`));
}
