import type { ChainableCommander } from 'ioredis';

/**
 * A pipeline without a promise per command. ioredis lets every queued command settle its own promise and collects the
 * results from those; half the time of a pipeline in process went into these chains. Here a command that was answered
 * directly puts its result where the pipeline keeps it. Everything else about pipelines stays ioredis' own.
 */
export interface PipelineInternals {
  readonly isPipeline: boolean;
  readonly _queue: QueuedCommand[];
  _transactions: number;
  /** How many results are missing; set when the pipeline is executed. */
  readonly replyPending: number;
  readonly redis: { readonly sendCommand: unknown };
  sendCommand: (this: PipelineInternals, command: QueuedCommand) => unknown;
  exec: (this: PipelineInternals, callback?: unknown) => unknown;
  fillResult(value: readonly unknown[], position: number): void;
}

/** What a pipeline keeps of a command. */
interface QueuedCommand {
  readonly name: string;
  readonly callback?: unknown;
  readonly replyEncoding: string | null;
  readonly promise: Promise<unknown>;
  inTransaction: boolean;
  pipelineIndex?: number;
  [OWNER]?: PipelineInternals | undefined;
  transformReply(value: unknown): unknown;
}

/** Marks a command whose result its pipeline takes directly. */
const OWNER = Symbol('pipeline');

/** The one accessor of all twins: a function that gets the pipeline as `this`. */
const LENGTH = {
  get(this: PipelineInternals): number {
    return this._queue.length;
  },
};

/**
 * The same pipeline without its own `length` accessor. ioredis gives each one a new getter, V8 keeps such pairs among
 * old objects, and whatever an old object leads to survives the collection of young ones: every command ever queued.
 * Half the time of a pipeline went into copying these. Only for a pipeline nothing else knows yet.
 */
export function twinOf(made: ChainableCommander): ChainableCommander {
  const twin = Object.create(Object.getPrototypeOf(made) as object) as ChainableCommander;
  let settle = {};
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  Object.assign(twin, made, { _queue: [], _result: [], promise }, settle);
  return Object.defineProperty(twin, 'length', LENGTH);
}

/**
 * Makes a pipeline that ioredis created lean.
 * @param ownSendCommand what sends the commands of its client, unless somebody has put something else in its place
 */
export function makeLean(pipeline: ChainableCommander, ownSendCommand: unknown): ChainableCommander {
  const internals = pipeline as unknown as PipelineInternals; // 5.11 and 6.0 alike; contract-tested on both
  if (!internals.isPipeline) return pipeline;
  const { sendCommand } = internals;
  internals.sendCommand = function lean(command: QueuedCommand): unknown {
    // A callback hangs on the command's promise, and so does the second attempt of a defined script.
    const needsPromise = command.callback !== undefined || command.name === 'evalsha';
    if (needsPromise || this.redis.sendCommand !== ownSendCommand) return sendCommand.call(this, command);
    if (this._transactions > 0) command.inTransaction = true;
    command.pipelineIndex = this._queue.length;
    command[OWNER] = this;
    this._queue.push(command);
    return this;
  };
  const { exec } = internals;
  internals.exec = function execute(callback?: unknown): unknown {
    // A test double, or a subclass, may settle the commands itself: then their promises are what fills the result.
    if (this.redis.sendCommand !== ownSendCommand) for (const command of this._queue) unlean(command);
    return exec.call(this, callback);
  };
  return pipeline;
}

/** The lean pipeline a command belongs to. */
export function pipelineOf(command: object): PipelineInternals | undefined {
  return (command as QueuedCommand)[OWNER];
}

/** Gives a command back its promise chain: it goes through the stream after all, or is sent again. */
export function unlean(command: object): void {
  const queued = command as QueuedCommand;
  const pipeline = queued[OWNER];
  if (pipeline === undefined) return;
  queued[OWNER] = undefined;
  const position = queued.pipelineIndex ?? 0;
  queued.promise.then(
    (result) => {
      pipeline.fillResult([null, result], position);
    },
    (failure: unknown) => {
      pipeline.fillResult([failure], position);
    },
  );
}

/** Hands a result to the pipeline, transformed as the command wants it. */
export function fill(pipeline: PipelineInternals, command: object, value: unknown, failed: boolean): void {
  const queued = command as QueuedCommand;
  const position = queued.pipelineIndex ?? 0;
  let result: readonly unknown[];
  try {
    result = failed ? [value] : [null, queued.transformReply(value)];
  } catch (failure) {
    result = [failure];
  }
  pipeline.fillResult(result, position);
}

/** Whether the items of an EXEC's answer, which the queued commands transform, may be handed over as text, by position. */
export function execItemsAsText(
  pipeline: PipelineInternals,
  command: object,
  items: number,
): (index: number) => boolean {
  const end = (command as QueuedCommand).pipelineIndex ?? 0;
  return (index) => pipeline._queue[end - (items - index)]?.replyEncoding === 'utf8';
}
