import { createHash, randomBytes } from 'node:crypto';
import { type ProcessIdentity, startOfLiving } from '../../../container/process-identity';

/** The sockets a private folder may hold: the engine's, which speaks RESP, and that of requests to the library. */
export const SOCKET_NAMES = ['redis', 'control'] as const;

/** What a folder's name says of its maker: within which view of processes, its id, and when it started. */
const NAME = /^respite-([0-9a-f]{8})-([1-9]\d{0,9})-([0-9a-f]{8})-[0-9a-f]{6}$/;

/** The engine's socket in such a folder, or such a pipe. */
const SOCKET = /(respite-[0-9a-f]{8}-[0-9]+-[0-9a-f]{8}-[0-9a-f]{6})[/-]redis$/;

/** Whether a path is that of an engine's socket, of this process or another one that lives. */
export function isPrivateSocket(path: string, own: ProcessIdentity): boolean {
  return makerOf(SOCKET.exec(path)?.[1] ?? '', own) === 'alive';
}

/** A new name for a folder of this process. */
export function nameFor(own: ProcessIdentity): string {
  return `respite-${viewOf(own)}-${String(own.pid)}-${digest(own.startTime)}-${randomBytes(3).toString('hex')}`;
}

/**
 * Whether the process that made the folder of this name lives. `unknown`: it cannot be asked for; it may be one of another
 * container, or of this machine before it was started anew.
 * @returns `undefined` when the name is none of ours
 */
export function makerOf(name: string, own: ProcessIdentity): 'alive' | 'dead' | 'unknown' | undefined {
  const [, view, pid, start] = NAME.exec(name) ?? [];
  if (view === undefined) return undefined;
  if (view !== viewOf(own)) return 'unknown';
  const living = startOfLiving(Number(pid));
  return living !== undefined && digest(living) === start ? 'alive' : 'dead';
}

/** Names who sees the same processes by the same ids. */
function viewOf({ boot, pidNamespace, host }: ProcessIdentity): string {
  return digest(boot === '' ? host : `${boot} ${pidNamespace}`);
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
