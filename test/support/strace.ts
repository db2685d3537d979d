import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Step } from './power-cut';

const CALLS =
  'pwrite64,pwritev,pwritev2,write,writev,lseek,fdatasync,fsync,msync,ftruncate,fallocate,rename,renameat,renameat2,openat,unlink,unlinkat,mmap';

/** Longer than any write: strace cuts strings. */
const LONGEST = 100_000_000;

/**
 * Runs a program and records what it and its threads do to a directory.
 * @throws Error when there is no strace, the program fails, or does what cannot be replayed
 */
export function recordSteps(command: readonly string[], { directory, trace, onLine, endsBy = null }: Recorded): Step[] {
  const flags = ['-f', '-y', '-xx', '-s', String(LONGEST), '-e', `trace=${CALLS}`, '-o', trace];
  const { error, status, signal, stderr } = spawnSync('strace', [...flags, ...command], { encoding: 'utf8' });
  if (error !== undefined)
    throw new Error('strace is needed, and cannot be run: apt-get install strace', { cause: error });
  if (signal !== endsBy || (status !== 0 && endsBy === null))
    throw new Error(`the recorded program ended with ${String(status ?? signal)}: ${stderr}`);
  return stepsOf(readFileSync(trace, 'latin1'), directory, onLine);
}

/** What is recorded, and how. */
export interface Recorded {
  readonly directory: string;
  /** The file that strace writes. */
  readonly trace: string;
  /** What a line of the program's standard output lets others know. */
  onLine(line: string): Note;
  /** The signal that ends the program; default none. */
  readonly endsBy?: NodeJS.Signals | null;
}

/** What others learned, for `Step`. */
export type Note = (seen: Map<string, number>) => void;

/** One call of the system, whole. */
interface Call {
  readonly name: string;
  readonly args: string;
  readonly result: number;
}

/** Calls in the order in which they ended; what another thread's broke in two is joined. */
function* callsOf(trace: string): Generator<Call> {
  const unfinished = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    if (begun !== undefined) {
      unfinished.set(thread, begun);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const text = resumed === undefined ? rest : `${unfinished.get(thread) ?? ''}${resumed}`;
    const [, name, args = '', result] = /^(\w+)\((.*)\) += (-?\w+)/.exec(text) ?? [];
    if (name !== undefined && !text.includes(') = -1 ')) yield { name, args, result: Number(result) };
  }
}

const HEX = String.raw`((?:\\x[0-9a-f]{2})*)`;
const DESCRIPTOR = new RegExp(String.raw`^(\d+)<${HEX}>`);

function stepsOf(trace: string, directory: string, onLine: (line: string) => Note): Step[] {
  const recorder = new Recorder(directory, onLine);
  for (const call of callsOf(trace)) recorder.take(call);
  return recorder.steps;
}

/** Turns calls into steps. */
class Recorder {
  readonly steps: Step[] = [];
  readonly #there = new Set<string>();
  /** Descriptors whose writes are synced, and where others' next write goes, by number and path. */
  readonly #synced = new Set<string>();
  readonly #positions = new Map<string, number>();

  constructor(
    private readonly directory: string,
    private readonly onLine: (line: string) => Note,
  ) {}

  take({ name, args, result }: Call): void {
    if (name === 'openat') this.#open(args, result);
    else if (name.startsWith('rename') || name.startsWith('unlink')) this.#name(name, args);
    else this.#descriptor(name, args, result);
  }

  /** Of locks, LMDB's included, nothing is restored. */
  #isKept(path: string): boolean {
    return dirname(path) === this.directory && !/^lock\.|-lock$/.test(basename(path));
  }

  #open(args: string, fd: number): void {
    const path = texts(args)[0]?.toString() ?? '';
    if (!this.#isKept(path) || !/O_WRONLY|O_RDWR/.test(args)) return;
    const key = `${String(fd)}<${path}`;
    this.#positions.set(key, 0);
    if (args.includes('O_DSYNC')) this.#synced.add(key);
    else this.#synced.delete(key);
    if (args.includes('O_TRUNC') && !args.includes('O_EXCL'))
      throw new Error(`${path} is cut by being opened: not replayed`);
    if (!args.includes('O_CREAT') || this.#there.has(path)) return;
    this.#there.add(path);
    this.steps.push({ kind: 'create', path });
  }

  #name(call: string, args: string): void {
    const [from = '', to = ''] = texts(args).map(String);
    if (!this.#isKept(from)) return;
    this.#there.delete(from);
    if (call.startsWith('unlink')) this.steps.push({ kind: 'unlink', path: from });
    else {
      this.#there.add(to);
      this.steps.push({ kind: 'rename', from, to });
    }
  }

  #descriptor(call: string, args: string, result: number): void {
    const [whole, fd, hex = ''] = DESCRIPTOR.exec(call === 'mmap' ? (args.split(', ')[4] ?? '') : args) ?? [];
    if (whole === undefined || fd === undefined) return;
    const path = decoded(hex).toString();
    if (call === 'write' && fd === '1') this.#line(args.slice(whole.length));
    if (path === this.directory && call === 'fsync') this.steps.push({ kind: 'sync names' });
    if (!this.#isKept(path)) return;
    const key = `${fd}<${path}`;
    const rest = args.slice(whole.length);
    switch (call) {
      case 'fsync':
      case 'fdatasync':
        this.steps.push({ kind: 'sync', path });
        return;
      case 'lseek':
        this.#positions.set(key, result);
        return;
      case 'ftruncate':
        this.steps.push({ kind: 'truncate', path, length: Number(rest.slice(2)) });
        return;
      case 'write':
      case 'writev': {
        const at = this.#positions.get(key) ?? 0;
        this.#positions.set(key, at + result);
        this.#write(key, path, at, rest, result);
        return;
      }
      case 'pwrite64':
      case 'pwritev':
        this.#write(key, path, Number(/, (\d+)$/.exec(rest)?.[1]), rest, result);
        return;
      case 'mmap':
        if (!args.includes('PROT_WRITE') || !args.includes('MAP_SHARED')) return;
        throw new Error(`${path} is mapped for writing: what is written to it cannot be recorded`);
      default:
        throw new Error(`${call} on ${path} is not replayed`);
    }
  }

  #write(key: string, path: string, at: number, rest: string, written: number): void {
    const bytes = Buffer.concat(texts(rest)).subarray(0, written);
    if (bytes.length !== written || Number.isNaN(at)) throw new Error(`a write to ${path} was not recorded whole`);
    this.steps.push({ kind: 'write', path, at, bytes });
    if (this.#synced.has(key)) this.steps.push({ kind: 'sync', path });
  }

  #line(rest: string): void {
    for (const line of Buffer.concat(texts(rest)).toString().split('\n'))
      if (line !== '') this.steps.push({ kind: 'seen', note: this.onLine(line) });
  }
}

function texts(args: string): Buffer[] {
  return [...args.matchAll(new RegExp(`"${HEX}"`, 'g'))].map(([, hex = '']) => decoded(hex));
}

function decoded(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}
