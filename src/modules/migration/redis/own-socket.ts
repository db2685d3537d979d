import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Redis } from 'ioredis';

/** Another connection to where a client is connected, which it may have been led to by sentinels. @throws Error what the system says */
export async function reach({ options, stream }: Redis): Promise<Socket> {
  const { host = 'localhost', port = 6379, tls, path } = options;
  const { remoteAddress, remotePort } = stream; // of a client that is connected to a server
  const address = { host: remoteAddress ?? host, port: remotePort ?? port };
  // The name is what the certificate is for, where none is set.
  const servername = tls?.servername ?? (/^[\d.:]+$/.test(host) ? undefined : host);
  const socket = tls
    ? connectTls({ ...tls, ...address, ...(servername !== undefined && { servername }) })
    : connect(path ? { path } : address);
  await new Promise((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve).once('error', reject);
  });
  socket.on('error', () => undefined); // said where it is read
  return socket.setNoDelay(true);
}

/**
 * Says to a server who it is, as a client of it does.
 * @param answer gives the next line it says
 * @returns undefined, or what it has against it
 */
export async function logIn(
  { options }: Redis,
  socket: Socket,
  answer: () => Promise<string>,
): Promise<string | undefined> {
  const { username, password } = options;
  if (!password) return undefined;
  const words = ['AUTH', ...(username ? [username] : []), password];
  socket.write(`*${String(words.length)}\r\n`);
  for (const word of words) socket.write(`$${String(Buffer.byteLength(word))}\r\n${word}\r\n`);
  const said = await answer();
  return said.startsWith('-') ? said : undefined;
}
