import type { RedisVersion } from '../redis-version';
import { Rate } from './rate';

/** Scripts make up codes as they like: so many of a version before 7.4 are counted, then no new ones. */
const MOST_ERROR_CODES = 1024;
/** Since 7.4 so many are, then none any more, until CONFIG RESETSTAT. */
const NEWER_MOST_ERROR_CODES = 128;
/** What is counted instead. */
const DISABLED = 'ERRORSTATS_DISABLED';
/** A longer code is none, in characters. */
const LONGEST_ERROR_CODE = 30;
const NO_CODE = 'ERR';

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
  /** The part of `netOutput` that went to replicas. */
  netOutputToReplicas = 0;
  /** Pieces received from clients and sent to them. */
  reads = 0;
  writes = 0;
  /** Microseconds that removing keys whose time had come took. */
  expireMicroseconds = 0;
  /** All errors that clients were told. */
  errorReplies = 0;
  /** By their codes. */
  readonly errors = new Map<string, number>();
  #codesDisabled = false;
  /** Clients closed because they sent, or left unread, more than they may. */
  queryBufferDisconnections = 0;
  outputBufferDisconnections = 0;
  /** Replicas that got all of the data, that went on where they were, and that could not. */
  fullSyncs = 0;
  partialSyncs = 0;
  refusedPartialSyncs = 0;
  /** Of commands, bytes received and bytes sent. */
  readonly rates = { commands: new Rate(), netInput: new Rate(), netOutput: new Rate() };

  constructor(private readonly version: RedisVersion) {}

  /** A piece came from a client. */
  received(bytes: number): void {
    this.netInput += bytes;
    this.reads += 1;
  }

  /** Bytes for a client. @param alone whether they leave as a piece of their own */
  sent(bytes: number, alone: boolean): void {
    this.netOutput += bytes;
    if (alone) this.writes += 1;
  }

  countError({ text, counted }: CountedError): void {
    if (counted) return;
    this.errorReplies += 1;
    const { errors } = this;
    if (this.#codesDisabled) return;
    const space = text.indexOf(' ');
    const code = space < 0 || space > LONGEST_ERROR_CODE ? NO_CODE : text.slice(0, space);
    const count = errors.get(code);
    if (count !== undefined) errors.set(code, count + 1);
    else if (this.version < '7.4') {
      if (errors.size < MOST_ERROR_CODES) errors.set(code, 1);
    } else if (errors.size < NEWER_MOST_ERROR_CODES) errors.set(code, 1);
    else {
      errors.clear();
      errors.set(DISABLED, 1);
      this.#codesDisabled = true;
    }
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    Object.assign(this, {
      commands: 0,
      connections: 0,
      rejectedConnections: 0,
      netInput: 0,
      netOutput: 0,
      netOutputToReplicas: 0,
    });
    Object.assign(this, { reads: 0, writes: 0, expireMicroseconds: 0, errorReplies: 0 });
    Object.assign(this, { queryBufferDisconnections: 0, outputBufferDisconnections: 0 });
    Object.assign(this, { fullSyncs: 0, partialSyncs: 0, refusedPartialSyncs: 0 });
    this.errors.clear();
    this.#codesDisabled = false;
  }
}
