import type { Reply } from '../protocol/reply';

/** What scripts can do to the world: implemented by the engine, recorded and replayed by `ReplayLog`. */
export interface ScriptHost {
  /**
   * Runs a command on the script's behalf.
   *
   * @param name the command's name as the script wrote it
   * @param args its arguments, one byte per character
   * @param resp the protocol whose reply types the script asked for
   * @returns the reply; errors as `ErrorReply`, with the texts that scripts see
   */
  call(name: string, args: readonly string[], resp: 2 | 3): Reply;
  /** Whether the script's user may run this; nothing when there is no such command. */
  mayCall(name: string, args: readonly string[]): boolean | undefined;
  /** `redis.log`; level 0 (debug) to 3 (warning). */
  log(level: number, message: string): void;
}

/**
 * Stands between a script and its host so that the script can start over once: what the first attempt already did is
 * answered from memory, and only what is new reaches the host.
 */
export class ReplayLog implements ScriptHost {
  readonly #results: (Reply | boolean | undefined)[] = [];
  #next = 0;
  #isRecording = true;

  constructor(private readonly host: ScriptHost) {}

  /** The second and last attempt begins. */
  startOver(): void {
    this.#next = 0;
    this.#isRecording = false;
  }

  call(name: string, args: readonly string[], resp: 2 | 3): Reply {
    // A script does the same things in the same order each time: what was recorded here was recorded by this method.
    return (this.#isReplaying ? this.#replay() : this.#record(this.host.call(name, args, resp))) as Reply;
  }

  mayCall(name: string, args: readonly string[]): boolean | undefined {
    return (this.#isReplaying ? this.#replay() : this.#record(this.host.mayCall(name, args))) as boolean | undefined; // as above
  }

  log(level: number, message: string): void {
    if (this.#isReplaying) this.#replay();
    else {
      this.host.log(level, message);
      this.#record(undefined);
    }
  }

  /** The processor time of this process, in seconds: what `os.clock` answers. */
  processorSeconds(): number {
    return (this.#isReplaying ? this.#replay() : this.#record(processorSeconds())) as number; // as above
  }

  get #isReplaying(): boolean {
    return !this.#isRecording && this.#next < this.#results.length;
  }

  #replay(): Reply | boolean | undefined {
    return this.#results[this.#next++];
  }

  #record<T extends Reply | boolean | undefined>(result: T): T {
    if (this.#isRecording) this.#results.push(result);
    return result;
  }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
