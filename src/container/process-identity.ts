import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import { asError } from '../errors';

/** Names one process so that it can be recognised, also after its process id was given to another. */
export interface ProcessIdentity {
  readonly host: string;
  /** Which start of which kernel: containers of one machine share it. Empty where the system has none. */
  readonly boot: string;
  /** Process ids mean something within it only. Empty where the system has none. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** When the process started, in the system's own words; empty when it does not tell. */
  readonly startTime: string;
  /** Which of its threads; 0 or nothing is the main one. A number is never used twice in a process. */
  readonly thread?: number;
}

/**
 * Whether a process lives. `process`: it does, but it was one of its worker threads, which may have ended. `unknown`: its
 * process ids are not ours, so it cannot be asked.
 */
export type Liveness = 'alive' | 'process' | 'dead' | 'unknown';

/** This process and thread. */
export function ownIdentity(): ProcessIdentity {
  return {
    host: hostname(),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    pidNamespace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    thread: threadId,
  };
}

/** Whether the process `other` names lives, as far as `own` can see. */
export function livenessOf(other: ProcessIdentity, own: ProcessIdentity): Liveness {
  // Where the kernel identifies itself the host's name says nothing: it changes with the network.
  const sameView =
    own.boot === '' ? other.host === own.host : other.boot === own.boot && other.pidNamespace === own.pidNamespace;
  if (!sameView) return 'unknown';
  if (startOfLiving(other.pid) !== other.startTime) return 'dead';
  const thread = other.thread ?? 0;
  return thread === 0 || (other.pid === own.pid && thread === own.thread) ? 'alive' : 'process';
}

/**
 * When the process that has an id now started, in the system's own words; empty when it does not tell, or when the process
 * has ended and nobody has asked for its exit code yet.
 * @returns `undefined` when there is none
 */
export function startOfLiving(pid: number): string | undefined {
  return processExists(pid) ? startTimeOf(pid) : undefined;
}

function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (asError(error) as NodeJS.ErrnoException).code === 'EPERM'; // as the system's errors are
  }
}

function startTimeOf(pid: number): string {
  if (process.platform === 'win32') return '';
  if (process.platform !== 'linux') {
    return orEmpty(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1' }).trim());
  }
  return orEmpty(() => {
    const status = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The second field is the name in parentheses and may hold anything; the start time is the 22nd.
    const [state, ...fields] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended: nobody has asked for its exit code yet, which in a container may be for ever.
    return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '');
  });
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
