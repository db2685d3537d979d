import { connect } from 'node:net';
import { asError } from '../../../errors';

/** Whether the system says that nobody listens at a socket; whatever else it says, as when a queue is full, somebody may. */
export function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => {
      resolve((asError(error) as NodeJS.ErrnoException).code === 'ECONNREFUSED'); // as the system's errors are
    });
  });
}
