import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { asError, RespiteError } from '../../../errors';

const TOKEN_BYTES = 32;
/** Anybody but the owner may do something with it. */
const OTHERS = 0o077;
/** More would not be a token. */
const MAX_BYTES = 4096;

/** The token of a proxy, and whether it was made just now. */
export interface KeptToken {
  readonly token: string;
  readonly made: boolean;
}

/**
 * The token in a file, which is made, for its owner alone, when there is none.
 * @throws RespiteError `MCP_TOKEN_FILE_UNUSABLE`
 */
export function keepToken(file: string): KeptToken {
  const path = resolve(file);
  try {
    return readToken(path) ?? makeToken(path);
  } catch (cause) {
    if (RespiteError.is(cause)) throw cause;
    throw unusable(path, asError(cause).message, cause);
  }
}

function readToken(path: string): KeptToken | undefined {
  let file: number;
  try {
    // A symbolic link could point anywhere; O_NONBLOCK, because opening a pipe would wait for its other end.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // as the system's errors are
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw unusable(path, 'it is a symbolic link');
    throw error;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw unusable(path, 'it is no regular file');
    if (process.platform !== 'win32' && (stat.mode & OTHERS) !== 0) {
      throw unusable(path, 'others may read or write it: chmod 600 it, or remove it to have a new token');
    }
    if (stat.size > MAX_BYTES) throw unusable(path, 'it is longer than a token');
    const token = readFileSync(file, 'utf8').trim();
    if (token === '') throw unusable(path, 'it is empty: remove it to have a new token');
    return { token, made: false };
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all: of two processes that start at once, both get the token of the first. */
function makeToken(path: string): KeptToken {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return { token, made: true };
  } catch (error) {
    const others = (error as NodeJS.ErrnoException).code === 'EEXIST' ? readToken(path) : undefined; // as above
    if (others === undefined) throw error;
    return others;
  } finally {
    rmSync(draft, { force: true });
  }
}

function unusable(path: string, problem: string, cause?: unknown): RespiteError {
  return new RespiteError('MCP_TOKEN_FILE_UNUSABLE', {
    message: `The token of the MCP proxy cannot be kept in ${path}: ${problem}. Set mcpproxy.token_file to another file, or mcpproxy.token.`,
    cause,
  });
}
