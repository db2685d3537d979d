import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { asError, RespiteError } from '../../errors';
import type { Position } from './redis/redis-source';

/** What makes two moves the same one. */
export interface MoveIdentity {
  readonly from: string;
  readonly to: string;
  readonly match: string | undefined;
  readonly db: number | undefined;
  readonly toDb: number | undefined;
}

/** The processes behind both places; undefined where positions mean nothing. */
export interface Processes {
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** Milliseconds between two writes of the file. */
const SAVE_EVERY_MS = 500;
const FORMAT = 'respite-migration-1';

/** Keeps in a file how far a move is. To read keys again is safe, so it may be behind. */
export class ResumeFile {
  #position: Position | undefined;
  #savedAt = 0;

  private constructor(
    private readonly path: string,
    private readonly identity: MoveIdentity,
    private readonly processes: Processes,
    /** Whether a move that was begun before goes on. */
    readonly goesOn: boolean,
    position: Position | undefined,
  ) {
    this.#position = position;
  }

  /** @throws RespiteError `MIGRATION_STATE_UNUSABLE` when there is a file of something else, or of another move */
  static open(path: string, identity: MoveIdentity, processes: Processes): ResumeFile {
    const state = read(path);
    if (state === undefined) return new ResumeFile(path, identity, processes, false, undefined);
    if (JSON.stringify(state.identity) !== JSON.stringify(identity)) {
      throw unusable(path, 'is of a move between other places, or of other keys');
    }
    const { source, target, position } = state;
    const known = source !== undefined && source === processes.source && target === processes.target;
    return new ResumeFile(path, identity, processes, true, known ? position : undefined);
  }

  /** Where to go on; undefined: at the beginning. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Everything before this was written. Saved now and then. */
  reached(position: Position | undefined): void {
    this.#position = position ?? this.#position;
    if (performance.now() - this.#savedAt > SAVE_EVERY_MS) this.save();
  }

  /** Writes the file. @throws RespiteError `MIGRATION_STATE_UNUSABLE` */
  save(): void {
    this.#savedAt = performance.now();
    const text = JSON.stringify({
      format: FORMAT,
      identity: this.identity,
      ...this.processes,
      position: this.#position,
    });
    const temporary = `${this.path}.new`;
    try {
      const file = openSync(temporary, 'w', 0o600);
      try {
        writeSync(file, `${text}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.path);
    } catch (error) {
      throw unusable(this.path, `cannot be written (${asError(error).message})`, error);
    }
  }

  /** Everything was written. */
  remove(): void {
    rmSync(this.path, { force: true });
  }
}

interface State extends Partial<Processes> {
  readonly identity: unknown;
  readonly position: Position | undefined;
}

function read(path: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (Reflect.get(asError(error), 'code') === 'ENOENT') return undefined;
    throw unusable(path, `cannot be read (${asError(error).message})`, error);
  }
  try {
    const state: unknown = JSON.parse(text);
    if (isState(state)) return state;
  } catch {
    // Said below.
  }
  throw unusable(path, 'is no file of a move');
}

function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== FORMAT) return false;
  if (!('position' in value) || value.position === undefined) return true;
  const { position } = value;
  if (typeof position !== 'object' || position === null || !('db' in position) || !('cursor' in position)) return false;
  return Number.isInteger(position.db) && typeof position.cursor === 'string' && /^\d+$/.test(position.cursor);
}

function unusable(path: string, what: string, cause?: unknown): RespiteError {
  return new RespiteError('MIGRATION_STATE_UNUSABLE', {
    message: `The file ${path}, which keeps how far the move is, ${what}. Name another one, or remove it to begin anew.`,
    cause,
  });
}
