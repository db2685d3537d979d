import type { Logger } from '../../../container';
import { asError } from '../../../errors';
import type { EmbeddedBackend } from '../../cache';
import type { HolderSockets } from '../directory/lock-file';
import { type ControlledManager, ControlServer } from './server';

/** Where other processes of this user reach this one. */
export interface OpenControl {
  readonly sockets: HolderSockets;
  close(): Promise<void>;
}

/**
 * Opens what other processes of this user reach the engine and the snapshots by. Nothing depends on it: where it cannot be
 * opened, that is logged.
 * @returns `undefined` when there is none
 */
export async function openControl(
  backend: EmbeddedBackend,
  manager: ControlledManager,
  logger: Logger,
): Promise<OpenControl | undefined> {
  try {
    const socket = await backend.privateSocket?.();
    if (socket === undefined) return undefined;
    const { path: redis, controlPath: control } = socket;
    const server = await ControlServer.open(control, manager);
    return { sockets: { redis, control }, close: () => server.close() };
  } catch (err) {
    logger.warn({ event: 'private_socket_failed', err }, asError(err).message);
    return undefined;
  }
}
