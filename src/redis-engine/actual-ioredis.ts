import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Ioredis from 'ioredis';

/** The part of Jest that says what stands behind a mock; Jest hands `jest` to every module it loads. */
declare const jest: { requireActual(name: string): unknown } | undefined;

/** What `require` answers for a package's own description. */
interface PackageJson {
  readonly main: string;
}

/**
 * The application's ioredis itself, also where a test put us in its place: by `jest.mock('ioredis', ...)`, or by Jest's
 * `moduleNameMapper`.
 *
 * @param substitute the folder whose files may stand in the place of ioredis
 */
export function actualIoredis(substitute?: string): typeof Ioredis {
  // Said plainly, so that bundlers understand it.
  if (typeof jest === 'undefined') return require('ioredis') as typeof Ioredis;
  // Not `require.resolve`, of which bundlers warn: it means nothing in a bundle, but no bundle gets here.
  const { resolve } = createRequire(__filename);
  // A name that was mapped to us leads back to us: go by the file.
  const name = dirname(resolve('ioredis')) === substitute ? mainFile(resolve('ioredis/package.json')) : 'ioredis';
  return jest.requireActual(name) as typeof Ioredis; // the package we named
}

function mainFile(description: string): string {
  // Not `require`, of which bundlers warn as well.
  const { main } = JSON.parse(readFileSync(description, 'utf8')) as PackageJson; // what npm demands of it
  return join(dirname(description), main);
}
