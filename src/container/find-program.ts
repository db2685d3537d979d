import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a program on PATH, or the one that was named; `undefined` when there is none that may be run. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (/[\\/]/.test(name)) return isProgram(name) ? name : undefined;
  const extensions = process.platform === 'win32' ? (env['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';') : [''];
  const places = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((place) => place !== '');
  return places
    .flatMap((place) => extensions.map((extension) => join(place, `${name}${extension}`)))
    .find((path) => isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, process.platform === 'win32' ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Has the kernel end a program when we end, however that happens; part of util-linux, so not everywhere. */
const LAUNCHER = 'setpriv';

/** How a program is run that shall not outlive us, on Linux: without one of ours between it and us. */
export function besideUs(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly command: string; readonly args: string[] } {
  const launcher = process.platform === 'linux' ? findProgram(LAUNCHER, env) : undefined;
  if (launcher === undefined) return { command: program, args: [...args] };
  return { command: launcher, args: ['--pdeathsig', 'TERM', '--', program, ...args] };
}
