import { join } from 'node:path';
import { readOwnFile, replaceOwnFile } from './own-file';

/** Hidden, so that a directory with nothing else in it is an empty one. */
const FILE = '.last-port';

/** The port that was last noted in a data directory; `undefined` when there is none, or none that can be used. */
export async function readLastPort(directory: string): Promise<number | undefined> {
  // It is only a wish: whatever is wrong with the file, another port does as well.
  const text = await readOwnFile(join(directory, FILE)).catch(() => undefined);
  const port = Number(/^(\d{1,5})\n$/.exec(text?.toString('latin1') ?? '')?.[1]);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Notes a port in a data directory, which has to be there. @throws errors of the system */
export async function writeLastPort(directory: string, port: number): Promise<void> {
  if ((await readLastPort(directory)) !== port) await replaceOwnFile(join(directory, FILE), `${String(port)}\n`);
}
