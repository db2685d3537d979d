import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openEngine } from '../../../../src/engine';
import { ManualClock } from '../../../support/manual-clock';

it('a replica from which nothing comes for repl-timeout seconds is closed; while it loads it sends empty lines', async () => {
  const clock = new ManualClock();
  const engine = openEngine({ clock });
  let written = '';
  let aborted = false;
  const connection = engine.connect(
    { remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'tcp' },
    {
      write: (bytes) => (written += bytes),
      end: () => undefined,
      abort: () => (aborted = true),
    },
  );
  connection.receive(Buffer.from('PSYNC ? -1\r\n'));
  // What came before it had the data does not count.
  clock.advance(100_000);
  while (!written.includes('REDIS')) await nextTurn();
  for (let i = 0; i < 3; i++) {
    clock.advance(59_000);
    expect(aborted).toBe(false);
    connection.receive(Buffer.from('\n'));
  }
  clock.advance(62_000);
  expect(aborted).toBe(true);
  engine.close();
});

it('a replica that no longer reads its data is closed after repl-timeout seconds, and what was kept for it is freed', async () => {
  const clock = new ManualClock();
  const engine = openEngine({ clock });
  let [written, read, aborted] = [0, 0, false];
  const connection = engine.connect(
    { remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'tcp' },
    {
      write: (bytes) => (written += bytes.length),
      end: () => undefined,
      abort: () => (aborted = true),
      unsent: () => written - read,
    },
  );
  for (let i = 0; i < 40; i++) {
    const value = randomBytes(100_000).latin1Slice();
    connection.receive(
      Buffer.from(`*3\r\n$3\r\nSET\r\n$5\r\nkey${String(10 + i)}\r\n$100000\r\n${value}\r\n`, 'latin1'),
    );
  }
  read = written;
  connection.receive(Buffer.from('PSYNC ? -1\r\n'));
  while (written < 1_000_000) await nextTurn();
  expect(engine.statistics().memoryBytes).toBeGreaterThan(8_000_000);
  for (let i = 0; i < 4; i++) {
    clock.advance(50_000);
    expect(aborted).toBe(false);
    read += 100_000;
    connection.resume();
  }
  clock.advance(62_000);
  expect(aborted).toBe(true);
  connection.close();
  expect(engine.statistics().memoryBytes).toBeLessThan(6_000_000);
  engine.close();
});
