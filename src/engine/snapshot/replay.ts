import { findKeys } from '../command/key-positions';
import { type CommandRecord, CommandTable, takes } from '../command/table';
import { COMMANDS } from '../commands';
import type { Session } from '../execution/session';
import { ErrorReply } from '../protocol/reply';
import { NEWEST_VERSION } from '../redis-version';
import type { ClientAddress, SessionOutput } from '../session/output';
import type { ReplayGuard } from './source';

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
  #newest: CommandTable | undefined;

  constructor(private readonly parts: ReplayParts) {
    this.#session = parts.connect({ remote: '', local: '', kind: 'memory' }, NOWHERE);
    this.#session.hidden = true;
  }

  /**
   * Runs each command of `payload` as of `time`.
   * @param guard asked about each of them: what it does not admit is left out, and so is what fails
   * @returns how many @throws Error naming the command that failed
   */
  run(payload: Buffer, time: number, guard?: ReplayGuard): number {
    const commands = new CommandReader(payload);
    let count = 0;
    while (!commands.ended) {
      const words = commands.next();
      const name = commands.word();
      const args = new Array<string>(words - 1);
      for (let i = 0; i < args.length; i++) args[i] = commands.word();
      const record = this.#commandOf(name, args);
      if (guard !== undefined && !this.#isAdmitted(guard, record, args)) continue;
      this.#session.context.resetClock(time);
      const reply = this.parts.executor.call(this.#session, record, args, name);
      if (!(reply instanceof ErrorReply)) count += 1;
      else if (guard === undefined) throw new Error(`${name} ${args[0] ?? ''}: ${reply.text}`);
    }
    return count;
  }

  end(): void {
    this.parts.disconnect(this.#session);
  }

  #commandOf(name: string, args: readonly string[]): CommandRecord {
    const record = this.parts.commands.locate(name, args);
    if (typeof record !== 'string' && takes(record, args.length)) return record;
    try {
      // Written down by an engine that was of a newer version.
      return (this.#newest ??= new CommandTable(COMMANDS, NEWEST_VERSION)).resolve(name, args);
    } catch (refusal) {
      throw refusal instanceof ErrorReply ? new Error(refusal.text) : refusal;
    }
  }

  #isAdmitted(guard: ReplayGuard, { definition, fullName }: CommandRecord, args: readonly string[]): boolean {
    const { index, dataset } = this.#session.database;
    const keys = (findKeys(definition, args) ?? []).map(({ position }) => args[position - 1] ?? '');
    return guard({ name: fullName, args, database: index, keys, has: (key) => dataset.keys.get(key) !== undefined });
  }
}

const CARRIAGE_RETURN = 13;
const ZERO = 48;

/** V8 takes longer parts of a text for references to it: they would keep all of it in memory. */
const LONGEST_COPY = 12;

/** Reads commands in RESP, of which it is known that they are whole. */
class CommandReader {
  readonly #text: string;
  #at = 0;

  constructor(private readonly payload: Buffer) {
    this.#text = payload.latin1Slice();
  }

  get ended(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Begins a command. @returns how many words it has */
  next(): number {
    return this.#number();
  }

  word(): string {
    const length = this.#number();
    const from = this.#at;
    this.#at = from + length + 2;
    return length <= LONGEST_COPY
      ? this.#text.slice(from, from + length)
      : this.payload.latin1Slice(from, from + length);
  }

  /** The number of a line, behind its first byte. */
  #number(): number {
    let number = 0;
    let at = this.#at + 1;
    for (let code = this.#text.charCodeAt(at); code !== CARRIAGE_RETURN; code = this.#text.charCodeAt(++at))
      number = number * 10 + code - ZERO;
    this.#at = at + 2;
    return number;
  }
}
