import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { Backlog } from '../../../../../src/modules/migration/live/backlog';
import { ReplicaStream } from '../../../../../src/modules/migration/live/replica-stream';
import { FeedFrame, feedFrame, FeedReader } from '../../../../../src/modules/snapshot/feed/feed-format';

describe('what waits for a target', () => {
  it('is handed out in order, and then its end', async () => {
    const backlog = new Backlog(100);
    backlog.push(Buffer.from('one'));
    backlog.push(Buffer.from('two'));
    expect(String((await backlog.take())?.bytes)).toBe('onetwo');
    const later = backlog.take();
    backlog.push(Buffer.from('three'));
    expect(String((await later)?.bytes)).toBe('three');
    expect(backlog.received).toBe(111);
    backlog.end(new Error('gone'));
    await expect(backlog.take()).rejects.toThrow('gone');
  });

  it('is never too much to keep: then it has a code, and nothing of it is handed out', async () => {
    const backlog = new Backlog(0, 10);
    backlog.push(Buffer.alloc(8));
    backlog.push(Buffer.alloc(8));
    await expect(backlog.take()).rejects.toMatchObject({ code: 'MIGRATION_FELL_BEHIND' });
  });
});

describe('what a server sends its replica', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** A stream of these bytes, sent a few at a time. */
  async function streamOf(text: string, size: number): Promise<ReplicaStream> {
    server = createServer((socket) => {
      void (async () => {
        for (let at = 0; at < text.length; at += size) {
          socket.write(text.slice(at, at + size));
          await new Promise((resolve) => setImmediate(resolve));
        }
        socket.end();
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ReplicaStream(connect((server.address() as AddressInfo).port, '127.0.0.1')); // of a TCP server
  }

  async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
    let text = '';
    for await (const piece of pieces) text += piece.toString('latin1');
    return text;
  }

  const mark = 'm'.repeat(39) + 'x';

  it.each([1, 7, 1000])(
    'is read line by line, then the data up to its mark, then what changes: %i bytes at a time',
    async (size) => {
      const stream = await streamOf(`+FULLRESYNC id 7\r\n\n\n$EOF:${mark}\r\nREDIS mmm ${mark}`, size);
      expect(await stream.line()).toBe('+FULLRESYNC id 7');
      const header = await stream.line();
      expect(await textOf(stream.data(header))).toBe('REDIS mmm ');
      expect(await textOf(stream.changes())).toBe('');
    },
  );

  it.each([1, 1000])('of a length that is said what follows it are changes: %i bytes at a time', async (size) => {
    const stream = await streamOf('$9\r\nREDIS....*1\r\n$4\r\nPING\r\n', size);
    expect(await textOf(stream.data(await stream.line()))).toBe('REDIS....');
    expect(await textOf(stream.changes())).toBe('*1\r\n$4\r\nPING\r\n');
  });

  it('that ends too early is noticed', async () => {
    const stream = await streamOf(`$EOF:${mark}\r\nREDIS`, 3);
    await expect(textOf(stream.data(await stream.line()))).rejects.toThrow('closed the connection');
  });
});

it('frames of a feed are the same in pieces of any length', () => {
  const frames = [
    feedFrame(FeedFrame.header, Buffer.from('{}')),
    feedFrame(FeedFrame.complete),
    feedFrame(FeedFrame.end),
  ];
  const bytes = Buffer.concat(frames);
  for (const size of [1, 4, 100]) {
    const reader = new FeedReader();
    const read = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      reader.take(bytes.subarray(i * size, (i + 1) * size)),
    ).flat();
    expect(read.map(({ type, body }) => [type, String(body)])).toEqual([
      [1, '{}'],
      [3, ''],
      [5, ''],
    ]);
  }
});
