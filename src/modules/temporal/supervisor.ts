import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Clock, type Logger, type ModuleHealth, pause } from '../../container';
import { besideUs } from '../../container/find-program';
import { followLines } from '../../container/follow-lines';
import { asError, RespiteError } from '../../errors';
import type { Connections } from './connections';
import { portBusy } from './ports';

/** Between two questions whether it serves, and how long each may take, in milliseconds. */
const ASK_EVERY_MS = 100;
const ASK_MS = 2000;
/** Between two starts, at first and at most; each failure doubles it. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A program that ran so long was a good one. */
const STABLE_MS = 60_000;
/** After so many failures in a row nobody tries any more. */
const MAX_FAILURES = 5;
/** How long it may take to end when it is asked to, before it is ended by force. */
const STOP_MS = 5000;

/** What a supervisor works with. */
export interface SupervisorOptions {
  /** The path of the temporal program. */
  readonly program: string;
  readonly ip: string;
  readonly port: number;
  /** 0: no web pages. */
  readonly uiPort: number;
  readonly namespace: string;
  readonly dataDirectory: string;
  /** Milliseconds until it has to serve. */
  readonly startTimeout: number;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A program that runs. */
interface Running {
  readonly child: ChildProcess;
  /** Resolves with why it has ended. */
  readonly exited: Promise<string>;
}

/** Runs a temporal program, starts it again when it ends, and ends it. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #running: Running | undefined;
  #watching: Promise<void> = Promise.resolve();
  #state: 'starting' | 'serving' | 'restarting' | 'given-up' = 'starting';
  #lastReason = '';
  restarts = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get serving(): boolean {
    return this.#state === 'serving';
  }

  /**
   * Starts it and waits until it serves.
   * @throws RespiteError `TEMPORAL_EXITED`, `TEMPORAL_PORT_BUSY`, `TEMPORAL_START_TIMED_OUT`
   */
  async start(signal: AbortSignal): Promise<void> {
    const running = await this.#launch(AbortSignal.any([signal, this.#stopping.signal]));
    this.#watching = this.#watch(running);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#end();
    await this.#watching;
  }

  health(): ModuleHealth {
    if (this.serving) return { status: 'ok', reasons: [] };
    const reason = `the temporal program does not serve: ${this.#lastReason || this.#state}`;
    return { status: this.#state === 'given-up' ? 'down' : 'degraded', reasons: [reason] };
  }

  async #launch(signal: AbortSignal): Promise<Running> {
    const running = this.#spawn();
    this.#running = running;
    try {
      await this.#untilServing(running, signal);
    } catch (failure) {
      await this.#end();
      throw failure;
    }
    this.#state = 'serving';
    const { pid } = running.child;
    this.#options.logger.info({ event: 'temporal_serving', pid, address: this.#address }, 'temporal serves');
    return running;
  }

  #spawn(): Running {
    const { program, ip, port, uiPort, namespace, dataDirectory, logger } = this.#options;
    const args = [
      ...['server', 'start-dev', '--db-filename', join(dataDirectory, 'temporal.db')],
      ...['--ip', ip, '--port', String(port), '--namespace', namespace],
      ...(uiPort === 0 ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ];
    const { command, args: all } = besideUs(program, args, process.env);
    const child = spawn(command, all, { env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const lastWords = followLines([child.stdout, child.stderr], (line) => {
      logger.info({ event: 'temporal_log' }, `temporal: ${line}`);
    });
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // 'close' comes after its output was read to the end, so the reason is in it.
      child.once('close', (code, by) => {
        const words = lastWords();
        resolve(`it ended with ${by ?? `code ${String(code)}`}${words === '' ? '' : ` and last said: ${words}`}`);
      });
    });
    return { child, exited };
  }

  async #untilServing({ exited }: Running, signal: AbortSignal): Promise<void> {
    const { clock, connections, startTimeout } = this.#options;
    let end: string | undefined;
    void exited.then((reason) => (end = reason));
    const ended = (): string | undefined => end;
    const deadline = clock.now() + startTimeout;
    let reason = '';
    while (clock.now() < deadline) {
      signal.throwIfAborted();
      const exit = ended();
      if (exit !== undefined) throw this.#exitError(exit);
      try {
        await Promise.race([connections.assertServing(ASK_MS), exited]);
        if (ended() === undefined) return;
      } catch (failure) {
        reason = asError(failure).message;
        await pause(clock, ASK_EVERY_MS, signal);
      }
    }
    throw new RespiteError('TEMPORAL_START_TIMED_OUT', {
      message: `The temporal program runs, but does not serve at ${this.#address} after ${startTimeout} ms (${reason}). Read its lines in the log; raise temporal.start_timeout if it needs longer.`,
    });
  }

  /** Starts it again whenever it ends, until it is stopped or has failed too often. */
  async #watch(first: Running): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    const isStopping = (): boolean => signal.aborted;
    let running: Running | undefined = first;
    let begin = clock.now();
    let failures = 0;
    while (!isStopping()) {
      if (running !== undefined) {
        this.#lastReason = await running.exited;
        if (isStopping()) return;
        if (clock.now() - begin >= STABLE_MS) failures = 0;
      }
      failures += 1;
      if (failures > MAX_FAILURES) return void this.#giveUp(failures);
      this.#state = 'restarting';
      const fields = { event: 'temporal_exited', reason: this.#lastReason, failures };
      logger.warn(fields, `temporal: ${this.#lastReason}; it is started again`);
      const wait = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
      await pause(clock, wait, signal).catch(() => undefined);
      if (isStopping()) return;
      begin = clock.now();
      this.restarts += 1;
      running = await this.#launch(signal).catch((failure: unknown) => {
        this.#lastReason = asError(failure).message;
        return undefined;
      });
    }
  }

  #giveUp(failures: number): void {
    this.#state = 'given-up';
    const error = this.#exitError(
      `${this.#lastReason}; that was failure ${failures} in a row, and nobody tries any more`,
    );
    this.#options.logger.error({ event: 'temporal_given_up', err: error }, error.message);
  }

  /** Asks it to end, and ends it by force when it does not. */
  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    const { child, exited } = running;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const ended = new AbortController();
    const impatient = pause(this.#options.clock, STOP_MS, ended.signal).then(
      () => void child.kill('SIGKILL'),
      () => undefined,
    );
    await exited;
    ended.abort();
    await impatient;
  }

  get #address(): string {
    return `${this.#options.ip}:${this.#options.port}`;
  }

  #exitError(reason: string): RespiteError {
    if (/address already in use|bind:|EADDRINUSE/i.test(reason)) return portBusy(this.#address, reason);
    return new RespiteError('TEMPORAL_EXITED', {
      message: `The temporal program ${this.#options.program} does not run: ${reason}. Correct what it says; its database is in temporal.data_dir.`,
    });
  }
}
