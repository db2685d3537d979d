import type { CommandRecord, CommandTable } from '../command/table';
import type { Session } from '../execution/session';
import { ErrorReply } from '../protocol/reply';
import type { ClientAddress, SessionOutput } from '../session/output';

/** What commands are run again with. */
export interface ReplayParts {
  readonly commands: CommandTable;
  readonly executor: { call(client: Session, record: CommandRecord, args: readonly string[], name: string): unknown };
  connect(address: ClientAddress, output: SessionOutput): Session;
  disconnect(session: Session): void;
}

const NOWHERE: SessionOutput = { send: () => undefined, resume: () => undefined, close: () => undefined };

/** Runs commands that were written down. */
export class Replay {
  readonly #session: Session;

  constructor(private readonly parts: ReplayParts) {
    this.#session = parts.connect({ remote: '', local: '', kind: 'memory' }, NOWHERE);
    this.#session.hidden = true;
  }

  /** Runs each command of `payload` as of `time`. @returns how many @throws Error naming the command that failed */
  run(payload: Buffer, time: number): number {
    let count = 0;
    for (const [name = '', ...args] of commandsIn(payload.latin1Slice())) {
      count += 1;
      const record = this.parts.commands.resolve(name, args);
      this.#session.context.resetClock(time);
      const reply = this.parts.executor.call(this.#session, record, args, name);
      if (reply instanceof ErrorReply) throw new Error(`${name} ${args[0] ?? ''}: ${reply.text}`);
    }
    return count;
  }

  end(): void {
    this.parts.disconnect(this.#session);
  }
}

function* commandsIn(text: string): Generator<string[]> {
  for (let at = 0; at < text.length;) {
    let end = text.indexOf('\r\n', at);
    const words = new Array<string>(Number(text.slice(at + 1, end)));
    at = end + 2;
    for (let i = 0; i < words.length; i++) {
      end = text.indexOf('\r\n', at);
      const from = end + 2;
      at = from + Number(text.slice(at + 1, end));
      words[i] = text.slice(from, at);
      at += 2;
    }
    yield words;
  }
}
