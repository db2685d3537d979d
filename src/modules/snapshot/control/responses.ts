import type { ServerResponse } from 'node:http';

/** Resolves when more can be written, or the connection is gone. */
export function roomIn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.once('drain', settle).once('close', settle);
  });
}

/** Why what was asked for is not sent to its end. */
export function gone(): Error {
  return new Error('who asked for it is gone');
}
