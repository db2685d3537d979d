import { setImmediate as nextTurn } from 'node:timers/promises';
import { RespConnection } from '../../src/engine/connection/resp-connection';
import { EmbeddedEngine } from '../../src/engine';
import { Engine } from '../../src/engine/engine';
import { COMMANDS } from '../../src/engine/commands';
import { SeededRandom } from '../support/seeded-random';

/** What a run of random bytes came to. */
export interface BytesReport {
  readonly inputs: number;
  readonly replies: number;
  readonly closed: number;
  readonly internalErrors: readonly string[];
  /** Sessions left when every connection was closed; must be 0. */
  readonly sessionsLeft: number;
}

const INPUTS_PER_CONNECTION = 20;
/** Never sent: they would only make the run wait, or end it. */
const LEFT_OUT = new Set(['debug', 'shutdown', 'client']);

const WORDS = [
  '',
  '0',
  '1',
  '-1',
  '10',
  '9223372036854775807',
  'inf',
  'nan',
  '*',
  '-',
  '+',
  '$',
  'k',
  'key',
  'f',
  'NX',
  'XX',
  'GET',
  'EX',
  'COUNT',
  'MATCH',
  'WITHSCORES',
  'LIMIT',
  'BY',
  'STORE',
  'LEFT',
  'RIGHT',
  'MIN',
  'MAX',
  '[a',
  '(1',
  'STREAMS',
  'GROUP',
  'ID',
  'return 1',
  'return KEYS',
  'x'.repeat(300),
  '\x00\xff',
  '\r\n',
];
const RAW = [
  '*',
  '$',
  '\r\n',
  '\n',
  '\r',
  ':',
  '-1',
  '0',
  '3',
  '999999999999',
  '"',
  "'",
  '\\x',
  '\x00',
  '\xff',
  ' ',
  'PING',
  '*1\r\n$4\r\nPING\r\n',
  '*3\r\n$3\r\nSET\r\n',
  '$1000000\r\n',
];

/**
 * Feeds connections random command lines, damaged ones and plain noise. Nothing may throw, hang or be left behind.
 */
export async function feedRandomBytes({
  seed,
  inputs,
}: {
  readonly seed: number;
  readonly inputs: number;
}): Promise<BytesReport> {
  const source = new SeededRandom(seed);
  const random = () => source.next();
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // never empty
  const names = COMMANDS.all().flatMap((command) =>
    LEFT_OUT.has(command.name)
      ? []
      : 'subcommands' in command
        ? command.subcommands.map((sub) => `${command.name} ${sub.name}`)
        : [command.name],
  );
  const internalErrors: string[] = [];
  const engine = new Engine({
    scriptTimeLimit: 100,
    onInternalError: (failure, command) =>
      internalErrors.push(`${command}: ${failure instanceof Error ? String(failure.stack) : String(failure)}`),
  });
  // Somebody reads its data, for replicas.
  new EmbeddedEngine(engine);
  let replies = 0;
  let closed = 0;
  const encode = (words: readonly string[]) =>
    `*${String(words.length)}\r\n${words.map((word) => `$${String(word.length)}\r\n${word}\r\n`).join('')}`;
  const line = () =>
    encode([...pick(names).split(' '), ...Array.from({ length: Math.floor(random() * 6) }, () => pick(WORDS))]);
  const damaged = (text: string) => {
    const at = Math.floor(random() * text.length);
    const cut = Math.floor(random() * 3);
    return (
      text.slice(0, at) +
      (random() < 0.5 ? String.fromCharCode(Math.floor(random() * 256)) : pick(RAW)) +
      text.slice(at + cut)
    );
  };
  const noise = () => Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(RAW)).join('');
  for (let sent = 0; sent < inputs;) {
    const connection = new RespConnection(
      engine,
      { remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'tcp' },
      {
        write: () => {
          replies += 1;
        },
        end: () => {
          closed += 1;
        },
      },
    );
    for (let i = 0; i < INPUTS_PER_CONNECTION && sent < inputs; i++, sent++) {
      const kind = random();
      const bytes = kind < 0.5 ? line() : kind < 0.85 ? damaged(line()) : noise();
      // Cut anywhere: requests arrive in pieces.
      const at = Math.floor(random() * bytes.length);
      connection.receive(Buffer.from(bytes.slice(0, at), 'latin1'));
      connection.receive(Buffer.from(bytes.slice(at), 'latin1'));
    }
    connection.close();
    if (sent % 1000 === 0) {
      engine.execute(
        engine.connect(
          { remote: '', local: '', kind: 'memory' },
          { send: () => undefined, resume: () => undefined, close: () => undefined },
        ),
        'flushall',
        [],
      );
      for (const session of engine.clients.byId.values()) engine.disconnect(session);
      await nextTurn();
    }
  }
  await nextTurn();
  for (const session of engine.clients.byId.values()) if (session.address.kind === 'memory') engine.disconnect(session);
  const sessionsLeft = engine.clients.byId.size;
  engine.close();
  return { inputs, replies, closed, internalErrors, sessionsLeft };
}
