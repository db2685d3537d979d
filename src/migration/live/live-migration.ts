import type { Redis } from 'ioredis';
import { asError, RespiteError } from '../../errors';
import { at, ChangeApplier, type Lag, matchDeadlines, ParkedDeadlines } from '../../modules/migration';
import type { OpenPlace } from '../place';
import { copyData, type LiveCopyReport } from './copy-data';
import { cutOver, type CutoverOptions, type CutoverParts, type CutoverReport } from './cutover';
import type { LiveOptions } from './live-options';
import type { LiveSource } from './live-source';
import { sidesOf, type Sides } from './sides';

/** Deadlines nearer than this, in milliseconds, are parked once the target has caught up. */
const GUARD_MS = 60_000;
/** A target that was up to date and then is this far behind, in milliseconds, may have let keys expire that the source kept. */
const MOST_BEHIND_MS = GUARD_MS / 2;
/** What was written within so many milliseconds is no backlog. */
const UP_TO_DATE_MS = 500;

/** A move that follows what changes at the source until it is cut over. */
export class LiveMigration implements CutoverParts {
  /** What was copied at the beginning. */
  readonly copied: LiveCopyReport;
  /**
   * Settles when nothing is followed any more: `stopped` by `stop`, or the process of the source has ended and told everything.
   * Rejects with what went wrong.
   */
  readonly ended: Promise<'stopped' | 'source ended'>;
  readonly sides: Sides;
  readonly #from: OpenPlace;
  readonly #to: OpenPlace;
  readonly #source: LiveSource;
  readonly #applier: ChangeApplier;
  readonly #parked: ParkedDeadlines;
  readonly #connection: Redis;
  readonly #close: () => Promise<void>;
  #waiting: { readonly position: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #since: number | undefined;
  #known = 0;
  #upToDate = false;
  #stopped = false;
  #failure: Error | undefined;

  private constructor(parts: {
    readonly from: OpenPlace;
    readonly to: OpenPlace;
    readonly source: LiveSource;
    readonly parked: ParkedDeadlines;
    readonly connection: Redis;
    readonly copied: LiveCopyReport;
    readonly close: () => Promise<void>;
  }) {
    this.#from = parts.from;
    this.#to = parts.to;
    this.#source = parts.source;
    this.#parked = parts.parked;
    this.#connection = parts.connection;
    this.#close = parts.close;
    this.copied = parts.copied;
    this.sides = sidesOf(parts.from, parts.to);
    this.#applier = new ChangeApplier(parts.connection, this.sides.to, parts.parked, parts.source.start);
    this.ended = this.#follow();
    this.ended.catch(() => undefined); // heard of by who asks for something
  }

  /** Copies all of the data, and follows what changes from then on. See `migrateLive`. @param close what is to be done at the end */
  static async begin(
    from: OpenPlace,
    to: OpenPlace,
    options: LiveOptions,
    close: () => Promise<void>,
  ): Promise<LiveMigration> {
    const parked = new ParkedDeadlines(() => to.now());
    const { source, copied } = await copyData(from, to, parked, options);
    try {
      // One of its own: on the other one databases are chosen for comparing.
      const connection = to.client.duplicate({ lazyConnect: true });
      connection.on('error', () => undefined); // whoever asks gets it
      await connection.connect();
      return new LiveMigration({ from, to, source, parked, connection, copied, close });
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** How far the target is behind what was heard of. */
  get lag(): Lag {
    const { applied } = this.#applier;
    const ms = this.#since === undefined ? 0 : performance.now() - this.#since;
    return { bytes: Math.max(this.#known, this.#source.backlog.received) - applied, ms: Math.round(ms) };
  }

  /** Changes that are at the target since the copy. */
  get changes(): number {
    return this.#applier.commands;
  }

  /** What follows changes, for who compares. */
  get applier(): ChangeApplier {
    return this.#applier;
  }

  get parked(): ParkedDeadlines {
    return this.#parked;
  }

  get places(): { readonly from: OpenPlace; readonly to: OpenPlace } {
    return { from: this.#from, to: this.#to };
  }

  /** Resolves when the target has all that was written before. @throws what ended the move */
  async reached(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    // What ended the move says more than that nobody answers.
    const position = await at(this.sides.from, () => this.#source.position()).catch((error: unknown) => {
      throw this.#failure ?? error;
    });
    this.#known = Math.max(this.#known, position);
    if (this.#applier.applied >= position) return;
    await new Promise<void>((resolve, reject) => this.#waiting.push({ position, resolve, reject }));
  }

  /** Resolves when the target is up to date, but for what is being written. @throws what ended the move */
  async caughtUp(): Promise<void> {
    for (;;) {
      const begun = performance.now();
      await this.reached();
      if (performance.now() - begun < UP_TO_DATE_MS) break;
    }
    if (this.#upToDate) return;
    this.#parked.guardMs = GUARD_MS;
    const { from, to } = this.sides;
    // What is about to expire is left to what changes.
    const settings = {
      beyond: this.#to.now() + GUARD_MS,
      turn: (work: () => Promise<void>) => this.#exclusively(work),
    };
    await matchDeadlines(from, to, this.#parked, settings);
    if (!this.#to.shared) await this.#to.commit();
    this.#upToDate = true;
  }

  /**
   * Moves the application over: when the target has caught up, and with `verify` was compared, writers of the source wait; the
   * target gets what is left, and with `verify` what changed meanwhile is compared. Writers then wait until the process of the source
   * ends, `abortCutover` is called, or the time is over.
   * @throws MismatchError; RespiteError `MIGRATION_CUTOVER_FAILED`, and what ended the move. Writers then go on.
   */
  async cutover(options: CutoverOptions = {}): Promise<CutoverReport> {
    const report = await cutOver(this, options);
    this.#source.drained();
    return report;
  }

  /** Lets writers of the source go on. */
  async abortCutover(): Promise<void> {
    await this.#from.client.call('CLIENT', 'UNPAUSE');
  }

  /** Follows no more, and closes what was opened. What the target has stays there. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#source.close();
    await this.ended.catch(() => undefined);
    this.#connection.disconnect();
    await this.#close();
  }

  async #follow(): Promise<'stopped' | 'source ended'> {
    const { backlog } = this.#source;
    try {
      for (;;) {
        const changes = await backlog.take();
        if (changes === undefined || this.#stopped) break;
        this.#since = changes.at;
        await this.#exclusively(() => this.#applier.apply(changes.bytes));
        this.#mustNotBeLate(performance.now() - changes.at);
        this.#since = undefined;
        this.#source.applied(this.#applier.applied);
        this.#tell();
      }
      this.#fail(ended(this.#stopped, this.#from.name));
      return this.#stopped ? 'stopped' : 'source ended';
    } catch (error) {
      if (this.#stopped) return 'stopped';
      this.#fail(asError(error));
      this.#source.close();
      throw error;
    }
  }

  /** One after the other: what changes, and what is done beside it to the same keys. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #tell(): void {
    const { applied } = this.#applier;
    const reached = this.#waiting.filter(({ position }) => position <= applied);
    this.#waiting = this.#waiting.filter(({ position }) => position > applied);
    for (const { resolve } of reached) resolve();
  }

  #fail(error: Error): void {
    this.#failure = error;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }

  #mustNotBeLate(ms: number): void {
    if (!this.#upToDate || ms < MOST_BEHIND_MS) return;
    throw new RespiteError('MIGRATION_FELL_BEHIND', {
      message: `${this.#to.name} was ${String(Math.round(ms / 1000))} s behind, and may have let keys expire that were kept at the source. Start the move again, with --replace --prune, when it answers faster.`,
    });
  }
}

function ended(stopped: boolean, name: string): RespiteError {
  return stopped
    ? new RespiteError('MIGRATION_INTERRUPTED', { message: 'The move was stopped.' })
    : new RespiteError('MIGRATION_CONNECTION_LOST', { message: `${name} is followed no more: its process has ended.` });
}
