import { once } from 'node:events';
import { createServer } from 'node:net';
import { asError, RespiteError } from '../../errors';

/**
 * Sees to it that nothing listens at an address.
 * @throws RespiteError `TEMPORAL_PORT_BUSY`
 */
export async function assertFree(ip: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    probe.listen({ host: ip, port, exclusive: true });
    await once(probe, 'listening');
  } catch (cause) {
    throw portBusy(`${ip}:${port}`, asError(cause).message, cause);
  }
  probe.close();
  await once(probe, 'close');
}

/** Something else is where Temporal was to be. */
export function portBusy(address: string, reason: string, cause?: unknown): RespiteError {
  return new RespiteError('TEMPORAL_PORT_BUSY', {
    message: `Temporal cannot listen on ${address} (${reason}). End what listens there, or set temporal.host_port (temporal.ui_port for its pages) to another port.`,
    cause,
  });
}
