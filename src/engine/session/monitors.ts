import type { CommandRecord } from '../command/table';
import { Status } from '../protocol/reply';
import type { Session } from './client';
import { redactedArguments } from './redact';

/** The clients that called MONITOR: they see every command as it runs, those of administration excepted. */
export class Monitors {
  readonly #sessions = new Set<Session>();
  /** Whether anybody watches; all that a command has to ask. */
  active = false;

  add(session: Session): void {
    session.monitoring = true;
    this.#sessions.add(session);
    this.active = true;
  }

  remove(session: Session): void {
    session.monitoring = false;
    this.#sessions.delete(session);
    this.active = this.#sessions.size > 0;
  }

  /** Shows a command. @param fromScript whether a script called it */
  show(session: Session, record: CommandRecord, name: string, args: readonly string[], fromScript: boolean): void {
    if (record.admin) return;
    const micros = BigInt(Math.trunc((performance.timeOrigin + performance.now()) * 1000));
    const time = `${String(micros / 1_000_000n)}.${String(micros % 1_000_000n).padStart(6, '0')}`;
    const { address, context } = session;
    const from = fromScript ? 'lua' : address.kind === 'unix' ? `unix:${address.local}` : address.remote;
    const words = [name, ...redactedArguments(record, args)].map(quoted).join(' ');
    const line = new Status(`${time} [${String(context.db.index)} ${from}] ${words}`);
    for (const monitor of this.#sessions) {
      // A client's own command is shown behind its reply. What a script calls is shown while the script runs.
      if (monitor === session && !record.skipMonitor && !fromScript) monitor.afterReply.push(line);
      else monitor.output.send(line);
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

/** A word in double quotes, everything unprintable escaped. */
export function quoted(word: string): string {
  const escaped = word.replace(
    /[\x00-\x1f"\\\x7f-\xff]/g,
    (char) => ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}
