import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ownIdentity } from '../../../container/process-identity';
import { RespiteError } from '../../../errors';
import type { LockHolder } from '../directory/lock-file';
import { findLocks, firstLiving } from '../directory/lock-holders';
import { codeOf, messageOf } from '../system-error';

/** The process that uses a data directory, and can be asked. */
export interface Owner {
  readonly pid: number;
  /** Path of its control socket. */
  readonly control: string;
  /** Path of its engine's socket, which speaks RESP. */
  readonly redis: string;
}

/**
 * Who uses a data directory. Changes nothing there.
 * @param directory absolute
 * @returns `undefined` when nobody does
 * @throws RespiteError `SNAPSHOT_DIR_MISSING`, `SNAPSHOT_DIR_UNUSABLE`, `SNAPSHOT_FILE_UNSAFE`, `SNAPSHOT_OWNER_OTHER_USER`,
 * `SNAPSHOT_OWNER_UNREACHABLE`
 */
export async function ownerOf(directory: string): Promise<Owner | undefined> {
  const living = await livingHolder(directory);
  if (living === undefined) return undefined;
  const { path, holder } = living;
  if (holder === undefined) {
    throw unreachable(`A process that is just starting uses ${directory} (${path}). Try again.`);
  }
  const { sockets } = holder;
  if (sockets === undefined) throw withoutSocket(directory, holder);
  await checkSocket(path, sockets.control, holder);
  await checkSocket(path, sockets.redis, holder);
  return { pid: holder.pid, control: sockets.control, redis: sockets.redis };
}

/** What an owner that does not answer is, and what to do. */
export function silentOwner({ pid, control }: Owner, cause: unknown): RespiteError {
  return unreachable(
    `Process ${String(pid)} does not answer at ${control}: ${messageOf(cause)}. It may be stopping; try again.`,
    cause,
  );
}

async function livingHolder(directory: string) {
  try {
    return await firstLiving(await findLocks(directory), ownIdentity(), {});
  } catch (cause) {
    if (RespiteError.is(cause)) throw cause;
    throw await unusable(directory, cause);
  }
}

async function unusable(directory: string, cause: unknown): Promise<RespiteError> {
  const code = codeOf(cause);
  if (code === 'ENOENT') {
    return new RespiteError('SNAPSHOT_DIR_MISSING', {
      message: `There is no data directory ${directory}. Name it with --data-dir, or run the command where the process was started.`,
    });
  }
  const owner = await stat(directory).catch(() => undefined);
  if ((code === 'EACCES' || code === 'EPERM') && owner?.uid !== process.geteuid?.())
    return otherUser(directory, owner?.uid);
  return new RespiteError('SNAPSHOT_DIR_UNUSABLE', {
    message: `The data directory ${directory} cannot be read: ${messageOf(cause)}.`,
    cause,
  });
}

/**
 * What a lock file says is not trusted further than its owner is: the socket has to be his, in a folder of his that is
 * closed to others. So he cannot lead who may do more than he, such as root, to the socket of somebody else.
 */
async function checkSocket(lock: string, path: string, holder: LockHolder): Promise<void> {
  if (process.platform === 'win32') return;
  const own = process.geteuid?.();
  try {
    const { uid } = await lstat(lock);
    if (uid !== own && own !== 0) throw otherUser(`Process ${String(holder.pid)}`, uid);
    const folder = await lstat(dirname(path));
    const socket = await lstat(path);
    const isPrivate = folder.isDirectory() && folder.uid === uid && (folder.mode & 0o077) === 0;
    if (isPrivate && socket.isSocket() && socket.uid === uid) return;
  } catch (error) {
    if (RespiteError.is(error)) throw error;
    throw codeOf(error) === 'ENOENT' ? elsewhere(path, holder) : unreachable(messageOf(error), error);
  }
  throw unreachable(
    `${path}, which ${lock} names, is not a socket of the one who wrote that, in a folder closed to others: nothing was sent to it.`,
  );
}

function withoutSocket(directory: string, { pid, host }: LockHolder): RespiteError {
  return unreachable(
    `Process ${String(pid)} on ${host} uses ${directory} and has no private socket: its version of Respite is older, or ` +
      'its log says private_socket_failed. Send SAVE to it by any client, or restart it with this version.',
  );
}

function elsewhere(control: string, { pid, host }: LockHolder): RespiteError {
  return unreachable(
    `Process ${String(pid)} on ${host} is not reached at ${control}, which is not here: it runs in another container or on ` +
      'another host, has a temporary directory of its own, or is stopping. Run the command where it runs, or send SAVE to it by any client.',
  );
}

function otherUser(what: string, uid: number | undefined): RespiteError {
  const who = uid === undefined ? 'another user' : `user ${String(uid)}`;
  return new RespiteError('SNAPSHOT_OWNER_OTHER_USER', {
    message: `${what} belongs to ${who}. Run the command as that user.`,
  });
}

function unreachable(message: string, cause?: unknown): RespiteError {
  return new RespiteError('SNAPSHOT_OWNER_UNREACHABLE', { message, ...(cause !== undefined && { cause }) });
}
