import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts programs that do nothing but compute, until they are disposed of or this process ends. Each has a session of
 * its own: kernels share CPU time out by session first. Resolves when all of them compute.
 */
export async function startBusyPrograms(count: number): Promise<Disposable> {
  const programs = Array.from({ length: count }, () =>
    spawn('sh', ['-c', 'echo up; while kill -0 $PPID; do :; done'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  await Promise.all(programs.map(({ stdout }) => once(stdout, 'data')));
  return {
    [Symbol.dispose]() {
      for (const program of programs) program.kill('SIGKILL');
    },
  };
}
