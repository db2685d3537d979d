import { once } from 'node:events';
import { connect } from 'node:net';
import { hasRead } from '../support/has-read';
import { RespClient } from '../support/resp-client';
import { useServers } from './harness';

const servers = useServers();

/** What a server says to raw bytes, and to a marker after them, until it closes or has nothing more to say. */
async function exchange(port: number, bytes: string): Promise<{ said: string; closed: boolean }> {
  const other = await RespClient.open(port);
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let said = '';
  let closed = false;
  socket.on('data', (chunk) => (said += chunk.toString('latin1')));
  socket.on('close', () => (closed = true));
  socket.on('error', () => undefined); // a reset is a way of closing
  await once(socket, 'connect');
  for (const sent of [bytes, '\r\nECHO the-end\r\n']) {
    socket.write(sent, 'latin1');
    await hasRead(socket);
    // A broken request is never completed by what follows: it has said everything once it answers somebody else.
    for (let round = 0; round < 2; round++) await other.command('PING');
  }
  socket.destroy();
  other.close();
  return { said, closed };
}

const INPUTS: readonly (readonly [name: string, bytes: string])[] = [
  ['an inline command', 'PING\r\n'],
  ['an inline command ended by LF only', 'PING\n'],
  ['inline with quotes', 'SET k "a\\x41\\n\\"b" \r\nGET k\r\n'],
  ['inline with single quotes', "SET k 'it\\'s'\r\nGET k\r\n"],
  ['unbalanced quotes', 'SET k "abc\r\n'],
  ['quotes followed by text', 'SET k "abc"d\r\n'],
  ['empty lines', '\r\n\r\nPING\r\n'],
  ['spaces only', '   \r\nPING\r\n'],
  ['an empty array', '*0\r\nPING\r\n'],
  ['a negative array', '*-1\r\nPING\r\n'],
  ['a pipeline of arrays', '*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n'],
  ['mixed inline and arrays', 'PING\r\n*1\r\n$4\r\nPING\r\nPING\r\n'],
  ['an array length that is no number', '*abc\r\n'],
  ['an array length too large', '*2147483648\r\n'],
  ['an array length with a plus', '*+1\r\n$4\r\nPING\r\n'],
  ['an array length with a leading zero', '*01\r\n$4\r\nPING\r\n'],
  ['no dollar', '*1\r\nPING\r\n'],
  ['a bulk length that is no number', '*1\r\n$abc\r\n'],
  ['a negative bulk length', '*1\r\n$-1\r\n'],
  ['a bulk length too large', '*1\r\n$536870913\r\n'],
  ['a bulk length with trailing text', '*1\r\n$4x\r\nPING\r\n'],
  ['a bulk without its line end', '*1\r\n$4\r\nPINGxxPING\r\n'],
  ['a name that is binary', '*1\r\n$3\r\n\x00\xff\x01\r\n'],
  ['an empty name', '*1\r\n$0\r\n\r\n'],
  ['a binary argument', '*2\r\n$4\r\nECHO\r\n$4\r\n\x00\r\n\xff\r\n'],
  ['QUIT in a pipeline', '*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n*1\r\n$4\r\nPING\r\n'],
  ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['HTTP POST', 'POST / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a long inline command', 'x'.repeat(70_000)],
  ['a long length line', `*${'1'.repeat(70_000)}`],
  [
    'a key of 100 kB',
    `*3\r\n$3\r\nSET\r\n$100000\r\n${'k'.repeat(100_000)}\r\n$1\r\nv\r\n*2\r\n$6\r\nSTRLEN\r\n$100000\r\n${'k'.repeat(100_000)}\r\n`,
  ],
  ['RESP3 requests', '*2\r\n$5\r\nHELLO\r\n$1\r\n9\r\n*2\r\n$5\r\nHELLO\r\n$1\r\nx\r\n'],
  ['a tab between words', 'ECHO\thi\r\n'],
  ['NUL in an inline command', 'ECHO hi\x00there\r\n'],
  ['an unknown command inline', 'NOPE a b c\r\n'],
];

describe('malformed and unusual requests are answered as by Redis', () => {
  it.each(INPUTS)('%s', async (_, bytes) => {
    const { real, listener } = servers();
    const [expected, actual] = await Promise.all([exchange(real.port, bytes), exchange(listener.port ?? 0, bytes)]);
    expect(actual).toEqual(expected);
  });
});
