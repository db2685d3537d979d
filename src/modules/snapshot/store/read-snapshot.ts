import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { RespiteError } from '../../../errors';
import { builtFile } from './built-file';
import { Frame, FRAME_HEADER_BYTES, type ReadFailure } from './reader-protocol';
import type { Stamp } from './stamp';

/** Signals by which a damaged memory map ends its process; anything else that ends it says nothing about the file. */
const DAMAGE_SIGNALS: ReadonlySet<string> = new Set(['SIGBUS', 'SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGFPE']);
/** The same as Windows exit codes: access violation, in-page error. */
const DAMAGE_EXIT_CODES: ReadonlySet<number> = new Set([0xc0000005, 0xc0000006]);
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
 * Validates and reads a data file in a process of its own.
 * @throws RespiteError `RESTORE_CORRUPT` when the file is damaged, `RESTORE_FAILED` when it could not be read; and
 * whatever the receiver throws.
 */
export async function readSnapshot(path: string, receiver: SnapshotReceiver, signal?: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [builtFile('reader.js'), path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: withoutInspector(process.env['NODE_OPTIONS']) },
    windowsHide: true,
    ...(signal === undefined ? {} : { signal }),
  });
  const ended = ending(child);
  try {
    for await (const { type, body } of frames(readAhead(child.stdout))) {
      // What the reader's process writes is `reader-protocol.ts`; it is our own code at the other end.
      if (type === Frame.begin) receiver.begin((JSON.parse(body.toString()) as Stamp | null) ?? undefined);
      else if (type === Frame.batch) await receiver.batch(body);
      else if (type === Frame.end) return;
      else throw refused(path, JSON.parse(body.toString()) as ReadFailure);
    }
    throw crashed(path, await ended);
  } finally {
    child.kill('SIGKILL');
  }
}

interface Ending {
  readonly code: string | number | null;
  readonly ended: 'closed' | 'not started';
  readonly stderr: string;
}

async function ending(child: ChildProcess): Promise<Ending> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ code: error.message, ended: 'not started', stderr });
    });
    child.once('close', (code, signal) => {
      resolve({ code: signal ?? code, ended: 'closed', stderr });
    });
  });
}

/** A pipe holds less than is loaded at a time: what comes meanwhile waits here, and nobody for the other. */
function readAhead(stream: Readable): Readable {
  // A failure reaches the one who reads.
  return pipeline(stream, new PassThrough({ highWaterMark: READ_AHEAD_BYTES }), () => undefined);
}

/** Cuts a stream into frames. It is not read while the consumer is busy, so that the pipe fills up and the writer waits. */
async function* frames(stream: Readable): AsyncGenerator<{ readonly type: number; readonly body: Buffer }> {
  let parts: Buffer[] = [];
  let available = 0;
  let needed = FRAME_HEADER_BYTES;
  // A stream without an encoding yields Buffers.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
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

function frameLength(start: Buffer): number {
  return start.length < FRAME_HEADER_BYTES ? FRAME_HEADER_BYTES : FRAME_HEADER_BYTES + start.readUInt32LE(1);
}

function refused(path: string, failure: ReadFailure): RespiteError {
  return new RespiteError(failure.reason === 'damaged' ? 'RESTORE_CORRUPT' : 'RESTORE_FAILED', {
    message: `The snapshot ${path} could not be restored: ${failure.message}.`,
  });
}

function crashed(path: string, { code, ended, stderr }: Ending): RespiteError {
  const damaged = ended === 'closed' && (DAMAGE_SIGNALS.has(String(code)) || DAMAGE_EXIT_CODES.has(Number(code)));
  return new RespiteError(damaged ? 'RESTORE_CORRUPT' : 'RESTORE_FAILED', {
    message: `The snapshot ${path} could not be restored: the process reading it ended with ${String(code)}.`,
    ...(stderr === '' ? {} : { cause: new Error(stderr) }),
  });
}

/** A debugger attached to the host must not wait for, or take the port of, this process. */
function withoutInspector(options = ''): string {
  return options.replaceAll(/--inspect(-brk|-wait|-port|-publish-uid)?(=\S+)?/g, '').trim();
}
