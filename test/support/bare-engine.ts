import { ErrorReply, type NoReply, type Reply, type Session } from '../../src/engine';
import { Engine, type EngineOptions } from '../../src/engine/engine';

/** An engine and one client of it, without anything in between. */
export interface BareEngine {
  readonly engine: Engine;
  readonly session: Session;
  readonly run: (...words: string[]) => Reply | NoReply;
  /** As `run`, for a command that must not fail. */
  readonly expectRun: (...words: string[]) => Reply | NoReply;
  /** A field of INFO memory. */
  readonly memoryField: (name: string) => string;
}

export function bareEngine(options: EngineOptions = {}): BareEngine {
  const engine = new Engine(options);
  // On a busy machine any command may be slow, and what SLOWLOG keeps counts as memory.
  engine.slowLog.setSlowerThan(-1);
  const output = { send: () => undefined, resume: () => undefined, close: () => undefined };
  const session = engine.connect({ remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'memory' }, output);
  const run = (name = '', ...args: string[]) => engine.execute(session, name, args);
  const expectRun = (...words: string[]) => {
    const reply = run(...words);
    if (reply instanceof ErrorReply) throw new Error(`${words.join(' ').slice(0, 100)}: ${reply.text}`);
    return reply;
  };
  const memoryField = (name: string) => {
    const reply = expectRun('INFO', 'memory');
    const text = typeof reply === 'object' && reply !== null && 'text' in reply ? reply.text : String(reply);
    return new RegExp(`^${name}:(.*)\r$`, 'm').exec(text)?.[1] ?? '';
  };
  return { engine, session, run, expectRun, memoryField };
}
