import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** A folder's name on every system, and nothing that leads elsewhere. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** Reads `--name`. @throws InvalidArgumentError of commander */
export function parseInstanceName(name: string): string {
  if (NAME.test(name)) return name;
  throw new InvalidArgumentError('Write up to 64 letters, digits, "-", "_" and ".", beginning with a letter or digit.');
}

/** The name of an instance nobody named: the folder's, as far as it can be one. */
export function defaultInstanceName(folder: string = process.cwd()): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9_]+/, '')
    .slice(0, 64);
  return name === '' ? 'default' : name;
}

/** Where an instance keeps its data: where the system wants the data of a user's programs to be. */
export function instanceDirectory(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(dataHome(env), 'respite', name);
}

function dataHome({ XDG_DATA_HOME: xdg, LOCALAPPDATA: local }: NodeJS.ProcessEnv): string {
  // A relative path there is invalid, and to be ignored (XDG Base Directory Specification).
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  if (process.platform === 'win32') return local ?? join(homedir(), 'AppData', 'Local');
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Application Support')
    : join(homedir(), '.local', 'share');
}
