import { createToken } from '../../container';
import type { SaveHooks, SnapshotSource } from '../../engine';
import type { CacheBackend } from './cache-backend';

/** Where the other processes of this user reach the data in this one. */
export interface PrivateSocket {
  /** Of the engine, which speaks RESP: a unix socket, on Windows a named pipe. No password, nothing is forbidden. */
  readonly path: string;
  /** Beside it, for who answers requests to the library. It must not be served any more when the backend is closed. */
  readonly controlPath: string;
}

/** What a backend offers beyond the contract when the data lives in this process. */
export interface EmbeddedBackend extends CacheBackend {
  /** Reads and loads the data as a whole, for snapshots. */
  readonly snapshots: SnapshotSource;
  /** What SAVE, BGSAVE and LASTSAVE do; set by who writes snapshots. */
  saveHooks?: SaveHooks | undefined;
  /** What SHUTDOWN does; unset, it is refused. Set by who runs the process, not by libraries in it. */
  onShutdownCommand?: (() => void) | undefined;
  /** Where other processes reach the data, as a URL without a password; `undefined` without a listener. */
  readonly listenerUrl?: string | undefined;
  /**
   * Opens a socket for the other processes of this user, when first asked; it is closed with the listener.
   * @throws RespiteError `PRIVATE_SOCKET_FAILED`, `BACKEND_CLOSED`
   */
  privateSocket?(): Promise<PrivateSocket>;
  /** Lets nobody write any more: the next snapshot is the last. */
  quiesce?(): Promise<void>;
}

/** Whether the data of a backend lives in this process. */
export function isEmbedded(backend: CacheBackend): backend is EmbeddedBackend {
  return 'snapshots' in backend;
}

/** The data in this process, for who keeps it on disk; `undefined` when it lives elsewhere. */
export const SnapshotSourceToken = createToken<SnapshotSource | undefined>('SnapshotSource');
