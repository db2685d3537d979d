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
