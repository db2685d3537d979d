import { Rate } from './rate';

/** How many codes of errors are counted, and how long they may be, in bytes. */
const MOST_ERROR_CODES = 1024;
const LONGEST_ERROR_CODE = 128;

/** An error that a client was told, as far as it is counted. */
interface CountedError {
  readonly text: string;
  /** It was counted before. */
  readonly counted: boolean;
}

/** What INFO counts of an engine. */
export class Counters {
  commands = 0;
  connections = 0;
  /** Connections refused because of `maxclients`. */
  rejectedConnections = 0;
  /** Bytes received and sent. */
  netInput = 0;
  netOutput = 0;
  /** Pieces received from clients and sent to them. */
  reads = 0;
  writes = 0;
  /** Microseconds that removing keys whose time had come took. */
  expireMicroseconds = 0;
  /** By their codes. */
  readonly errors = new Map<string, number>();
  /** Of commands, bytes received and bytes sent. */
  readonly rates = { commands: new Rate(), netInput: new Rate(), netOutput: new Rate() };

  countError({ text, counted }: CountedError): void {
    if (counted) return;
    const space = text.indexOf(' ');
    const code = space < 0 ? text : text.slice(0, space);
    const count = this.errors.get(code);
    // Scripts make up codes as they like.
    if (count === undefined && (this.errors.size >= MOST_ERROR_CODES || code.length > LONGEST_ERROR_CODE)) return;
    this.errors.set(code, (count ?? 0) + 1);
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    Object.assign(this, { commands: 0, connections: 0, rejectedConnections: 0, netInput: 0, netOutput: 0 });
    Object.assign(this, { reads: 0, writes: 0, expireMicroseconds: 0 });
    this.errors.clear();
  }
}
