import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { RespiteError } from '../../../errors';
import { damageIn } from './check-snapshot';
import { programOf } from './programs';
import {
  Frame,
  FRAME_HEADER_BYTES,
  FRAMES_DESCRIPTOR,
  HELLO,
  type ReaderSettings,
  type ReadFailure,
  writtenSettings,
} from './reader-protocol';
import type { Stamp } from './stamp';
import { messageOf } from '../system-error';

const STDERR_KEPT = 2_000;
const READ_AHEAD_BYTES = 1024 * 1024;

/** Takes what is read, in order; the next is read when its promise resolves. */
export interface SnapshotReceiver {
  /** First of all: the stamp, or `undefined` when the file holds no snapshot. */
  begin(stamp: Stamp | undefined): void;
  /** One packed batch. Nothing received counts before `readSnapshot` returns. */
  batch(batch: Buffer): Promise<void>;
}

/**
 * Validates and reads a data file in a process of its own. When that process ends without an answer, whatever ended it,
 * the file is looked at once more without LMDB: only what is found in it is damage.
 * @throws RespiteError `RESTORE_CORRUPT` when the file is damaged, `RESTORE_FAILED` when it could not be read; and
 * whatever the receiver throws.
 */
export async function readSnapshot(
  settings: ReaderSettings,
  receiver: SnapshotReceiver,
  signal?: AbortSignal,
): Promise<void> {
  const { path } = settings;
  const reader = new ReaderProcess(settings, signal);
  try {
    for await (const { type, body } of reader.frames()) {
      // What the reader's process writes is `reader-protocol.ts`; it is our own code at the other end.
      if (type === Frame.hello) continue;
      if (type === Frame.begin) receiver.begin((JSON.parse(body.toString()) as Stamp | null) ?? undefined);
      else if (type === Frame.batch) await receiver.batch(body);
      else if (type === Frame.end) return;
      else throw refused(path, JSON.parse(body.toString()) as ReadFailure);
    }
    // One that lives on without an answer is none of ours.
    reader.kill();
    throw died(path, await reader.ended, signal?.aborted === true);
  } finally {
    reader.kill();
  }
}

/** How a process ended. */
interface Ending {
  readonly how: string;
  readonly stderr: string;
}

class ReaderProcess {
  readonly #child: ChildProcess | undefined;
  readonly ended: Promise<Ending>;

  constructor(settings: ReaderSettings, signal: AbortSignal | undefined) {
    try {
      const program = writtenSettings(settings) + programOf('reader');
      this.#child = spawn(process.execPath, ['--input-type=commonjs', '-'], {
        stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: withoutInspector(process.env['NODE_OPTIONS']) },
        windowsHide: true,
        ...(signal === undefined ? {} : { signal }),
      });
      // The way in that has no limit of length; who ends before it is read is known by its ending.
      this.#child.stdin?.on('error', () => undefined).end(program);
      this.ended = ending(this.#child);
    } catch (error) {
      // Some failures are thrown, such as a lack of memory; others are events.
      if (RespiteError.is(error)) throw error;
      this.ended = Promise.resolve(notStarted(error));
    }
  }

  /** All it writes. Ends when it does, or at once when it could not be started. */
  async *frames(): AsyncGenerator<FrameOfReader> {
    // Out of descriptors, Node makes no streams at all.
    const stdio = this.#child?.stdio;
    const stream = stdio?.[FRAMES_DESCRIPTOR];
    if (stream instanceof Readable) yield* ofReader(cutFrames(readAhead(stream)));
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }
}

function ending(child: ChildProcess): Promise<Ending> {
  let stderr = '';
  // As for the other descriptors, there may be none.
  (child.stderr as Readable | undefined | null)?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(notStarted(error));
    });
    child.once('close', (code, signal) => {
      resolve({ how: `the process reading it ended with ${String(signal ?? code)}`, stderr });
    });
  });
}

function notStarted(error: unknown): Ending {
  return { how: `the process to read it could not be run: ${messageOf(error)}`, stderr: '' };
}

interface FrameOfReader {
  readonly type: number;
  readonly body: Buffer;
}

/** The frames of our reader; none of another program. */
async function* ofReader(frames: AsyncGenerator<FrameOfReader>): AsyncGenerator<FrameOfReader> {
  let known = false;
  for await (const frame of frames) {
    known ||= frame.type === Frame.hello && frame.body.toString() === HELLO;
    if (!known) return;
    yield frame;
  }
}

/** A pipe holds less than is loaded at a time: what comes meanwhile waits here, and nobody for the other. */
function readAhead(stream: Readable): Readable {
  // A failure reaches the one who reads.
  return pipeline(stream, new PassThrough({ highWaterMark: READ_AHEAD_BYTES }), () => undefined);
}

/** Cuts a stream into frames. It is not read while the consumer is busy, so that the pipe fills up and the writer waits. */
async function* cutFrames(stream: Readable): AsyncGenerator<FrameOfReader> {
  let parts: Buffer[] = [];
  let available = 0;
  let needed = FRAME_HEADER_BYTES;
  for await (const chunk of chunksOf(stream)) {
    parts.push(chunk);
    available += chunk.length;
    if (available < needed) continue;
    let rest = Buffer.concat(parts);
    while (rest.length >= (needed = frameLength(rest))) {
      yield { type: rest.readUInt8(0), body: rest.subarray(FRAME_HEADER_BYTES, needed) };
      rest = rest.subarray(needed);
    }
    parts = [rest];
    available = rest.length;
  }
}

/** A pipe that breaks has ended: how the process did says why. */
async function* chunksOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    // A stream without an encoding yields Buffers.
    yield* stream as AsyncIterable<Buffer>;
  } catch {
    return;
  }
}

function frameLength(start: Buffer): number {
  return start.length < FRAME_HEADER_BYTES ? FRAME_HEADER_BYTES : FRAME_HEADER_BYTES + start.readUInt32LE(1);
}

function refused(path: string, failure: ReadFailure): RespiteError {
  return new RespiteError(failure.reason === 'damaged' ? 'RESTORE_CORRUPT' : 'RESTORE_FAILED', {
    message: `The snapshot ${path} could not be restored: ${failure.message}.`,
  });
}

/** A process may be ended by a lack of threads or memory, or by somebody, as well as by a damaged file. */
function died(path: string, { how, stderr }: Ending, givenUp: boolean): RespiteError {
  const cause = stderr === '' ? {} : { cause: new Error(stderr) };
  const failed = (what: string): RespiteError =>
    new RespiteError('RESTORE_FAILED', {
      message: `The snapshot ${path} could not be read: ${how}. ${what} Nothing was changed on disk.`,
      ...cause,
    });
  if (givenUp) return failed('The start was given up.');
  let damage: string | undefined;
  try {
    damage = damageIn(path);
  } catch (error) {
    return failed(`Nor could it be read here: ${messageOf(error)}.`);
  }
  if (damage === undefined) {
    return failed('No damage is found in the file; look at the limits on processes, threads, memory and open files.');
  }
  return new RespiteError('RESTORE_CORRUPT', {
    message: `The snapshot ${path} could not be restored: ${damage} (${how}).`,
    ...cause,
  });
}

/** A debugger attached to the host must not wait for, or take the port of, this process. */
function withoutInspector(options = ''): string {
  return options.replaceAll(/--inspect(-brk|-wait|-port|-publish-uid)?(=\S+)?/g, '').trim();
}
