import type { CommandRecord } from '../command/table';
import { Status } from '../protocol/reply';
import type { Client } from './client';
import { redactedArguments } from './redact';

/** The clients that called MONITOR: they see every command as it runs, those of administration excepted. */
export class Monitors {
  readonly #clients = new Set<Client>();
  /** Whether anybody watches; all that a command has to ask. */
  active = false;

  add(client: Client): void {
    client.monitoring = true;
    this.#clients.add(client);
    this.active = true;
  }

  remove(client: Client): void {
    client.monitoring = false;
    this.#clients.delete(client);
    this.active = this.#clients.size > 0;
  }

  /** Shows a command. @param fromScript whether a script called it */
  show(client: Client, record: CommandRecord, name: string, args: readonly string[], fromScript: boolean): void {
    if (record.admin) return;
    const micros = BigInt(Math.trunc((performance.timeOrigin + performance.now()) * 1000));
    const time = `${String(micros / 1_000_000n)}.${String(micros % 1_000_000n).padStart(6, '0')}`;
    const { address, database } = client;
    const from = fromScript ? 'lua' : address.kind === 'unix' ? `unix:${address.local}` : address.remote;
    const words = [name, ...redactedArguments(record, args)].map(quoted).join(' ');
    const line = new Status(`${time} [${String(database.index)} ${from}] ${words}`);
    for (const monitor of this.#clients) {
      // A client's own command is shown behind its reply. What a script calls is shown while the script runs.
      if (monitor === client && !record.skipMonitor && !fromScript) monitor.afterReply.push(line);
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
