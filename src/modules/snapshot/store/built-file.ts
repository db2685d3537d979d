import { existsSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { RespiteError } from '../../../errors';

/**
 * Path of the compiled sibling `name` ('worker.js', 'reader.js') of the store.
 *
 * Node cannot start a worker thread or a process from a TypeScript file. In the published package the compiled file is
 * our neighbour; when our own tests run this source through jest, it is the same file below `dist/`.
 * @throws RespiteError `SNAPSHOT_BUILD_MISSING`.
 */
export function builtFile(name: string): string {
  const neighbour = join(__dirname, name);
  if (existsSync(neighbour)) return neighbour;
  const source = `${sep}src${sep}`;
  const at = neighbour.lastIndexOf(source);
  const built = `${neighbour.slice(0, at)}${sep}dist${sep}${neighbour.slice(at + source.length)}`;
  if (at >= 0 && existsSync(built)) return built;
  throw new RespiteError('SNAPSHOT_BUILD_MISSING', {
    message: `${basename(dirname(neighbour))}/${name} is missing: run \`npm run build\` before working from the sources`,
  });
}
