import { chmodSync } from 'node:fs';
import type { Server } from 'node:net';

/**
 * Lets a server listen at a path that only this user reaches: a unix socket (0600) or a named pipe. It does not keep the
 * process alive. Exclusive: workers of node:cluster would share the path, and each would answer for itself.
 * @throws errors of the system
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.unref();
  if (process.platform !== 'win32') chmodSync(path, 0o600); // node:fs/promises is a lot to load for it
}
