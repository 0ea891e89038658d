/** Lists of photos as they were left, so that the back button leads to the same place. In this tab's memory only. */
interface KeptList {
  readonly state: unknown;
  readonly scrollY: number;
}

const MOST = 5;
const lists = new Map<string, KeptList>();

export function keptState(key: string): unknown {
  return lists.get(key)?.state;
}

export function keptScroll(key: string): number {
  return lists.get(key)?.scrollY ?? 0;
}

export function keepState(key: string, state: unknown): void {
  keep(key, { state, scrollY: keptScroll(key) });
}

export function keepScroll(key: string, scrollY: number): void {
  const list = lists.get(key);
  if (list) keep(key, { ...list, scrollY });
}

function keep(key: string, list: KeptList): void {
  lists.delete(key);
  lists.set(key, list);
  const [oldest] = lists.keys();
  if (lists.size > MOST && oldest !== undefined) lists.delete(oldest);
}
