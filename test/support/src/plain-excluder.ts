/** The rules as a person would say them, tried in every way: exponential, and for short names only. */
export function plainlyExcluded(pattern: string, path: string): boolean {
  const names = path.normalize('NFC').split('/');
  const parts = pattern
    .normalize('NFC')
    .split('/')
    .filter((part) => part !== '');
  const bare = !pattern.replace(/\/+$/, '').includes('/');
  return names.some((_, index) => {
    const prefix = names.slice(0, index + 1);
    return bare ? parts[0] !== undefined && wildcard(parts[0], prefix[index] ?? '') : foldersMatch(parts, prefix);
  });
}

function foldersMatch(parts: readonly string[], names: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return names.length === 0;
  if (part !== '**') return names[0] !== undefined && wildcard(part, names[0]) && foldersMatch(rest, names.slice(1));
  if (rest.length === 0) return names.length > 0;
  return foldersMatch(rest, names) || (names.length > 0 && foldersMatch(parts, names.slice(1)));
}

function wildcard(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') return wildcard(pattern.slice(1), text) || (text !== '' && wildcard(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && wildcard(pattern.slice(1), text.slice(1));
}
