import { readdirSync, readFileSync } from 'node:fs';

export interface ThreadPriority {
  readonly name: string;
  readonly nice: number;
}

/** Of each thread of a process, as Linux keeps them: the 17th field behind the name is the priority. */
export function threadPriorities(pid: number): ThreadPriority[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return { name: stat.slice(stat.indexOf('(') + 1, end), nice: Number(stat.slice(end + 2).split(' ')[16]) };
  });
}
