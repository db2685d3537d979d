import { EventEmitter } from 'node:events';
// Imported, not the globals: see delivery.ts.
import { clearInterval, setImmediate, setInterval } from 'node:timers';
import type { EmbeddedEngine, Reply, ReplyGate, RespConnection, Session } from '../../../engine';
import { type ByteReceiver, deliverAlone, deliverBytes, nextPlace } from './delivery';

/** Node's longest timer; an interval of it is only there to be counted by the event loop. */
const LONGEST_INTERVAL_MS = 2_147_483_647;

/**
 * What ioredis gets instead of a socket: written bytes go to a session of the engine, its answers come back as `data`.
 * It offers what ioredis touches, and what is asked of a client's stream elsewhere. Like a socket it keeps the process alive while it is open.
 */
export class MemoryStream extends EventEmitter implements ByteReceiver {
  connecting = true;
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 0;
  readonly remoteFamily = 'IPv4';
  readonly localAddress = '127.0.0.1';
  readonly localPort = 0;
  /** Nothing waits: what is written has been read. */
  readonly writableLength = 0;
  readonly writableNeedDrain = false;
  writable = true;
  destroyed = false;
  readonly _writableState = { ended: false };
  /** Where all that leaves the engine may have to wait. */
  readonly gate: ReplyGate;
  /** How many of the commands in the client's queue get their replies as values: those are held by the gate. */
  heldValues = 0;
  readonly #connection: RespConnection;
  /** Where in the order of deliveries the answers to the requests being run belong. */
  #place: number | undefined;
  readonly #keepAlive = setInterval(() => undefined, LONGEST_INTERVAL_MS);

  constructor(readonly engine: EmbeddedEngine) {
    super();
    this.gate = engine.gate;
    this.#connection = engine.connect(
      { remote: '127.0.0.1:0', local: '127.0.0.1:0', kind: 'memory' },
      {
        begin: () => {
          this.#place = nextPlace();
        },
        done: () => {
          this.#place = undefined;
        },
        write: (bytes) => {
          this.deliver(bytes, this.#place === undefined ? undefined : this.#place++);
        },
        end: () => {
          this.#later(() => {
            this.#close();
          });
        },
      },
    );
    deliverAlone(() => {
      this.connecting = false;
      this.emit('connect');
      // What ioredis waits for when the options have TLS: there is nothing to encrypt.
      this.emit('secureConnect');
    });
  }

  get readable(): boolean {
    return !this.destroyed;
  }

  get pending(): boolean {
    return this.connecting;
  }

  get closed(): boolean {
    return this.destroyed;
  }

  get writableEnded(): boolean {
    return this._writableState.ended;
  }

  /** In the words of sockets. */
  get readyState(): string {
    if (this.connecting) return 'opening';
    if (this.destroyed) return 'closed';
    return this.writable ? 'open' : 'readOnly';
  }

  get session(): Session {
    return this.#connection.session;
  }

  /** Hands bytes (a latin1 string) to the client, in a later turn of the event loop. */
  deliver(bytes: string, place?: number): void {
    deliverBytes(this, bytes, place);
  }

  /** Hands a reply to the client once the gate lets it. @param place what the gate's was before the command ran */
  hold(reply: Reply, place: number): void {
    this.#connection.hold(reply, place);
  }

  /**
   * The same for one that needs not become bytes.
   * @param leave called when the gate lets it; with the text of an error when that takes its place
   */
  holdValue(reply: Reply, place: number, leave: (failure: string | undefined) => void): void {
    this.heldValues += 1;
    this.#connection.holdValue(reply, place, leave);
  }

  /** What `deliver` sent has come. */
  receive(bytes: string): void {
    if (!this.destroyed) this.emit('data', Buffer.from(bytes, 'latin1'));
  }

  #later(run: () => void): void {
    deliverAlone(run, this.#place === undefined ? undefined : this.#place++);
  }

  write(data: string | Buffer, callback?: () => void): boolean {
    if (data.length > 0) this.#connection.receive(typeof data === 'string' ? Buffer.from(data) : data);
    if (callback !== undefined) setImmediate(callback);
    return true;
  }

  end(): this {
    this.writable = false;
    this._writableState.ended = true;
    this.#connection.close();
    return this;
  }

  destroy(failure?: Error): this {
    if (this.destroyed) return this;
    this.#connection.abandon();
    this.#later(() => {
      if (failure !== undefined) this.emit('error', failure);
      this.#close();
    });
    return this;
  }

  destroySoon(): void {
    this.end();
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  address(): object {
    return { address: this.localAddress, family: this.remoteFamily, port: this.localPort };
  }

  ref(): this {
    this.#keepAlive.ref();
    return this;
  }

  unref(): this {
    this.#keepAlive.unref();
    return this;
  }

  /** Sockets have these; in memory they mean nothing. */
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  pause(): this {
    return this;
  }

  cork(): void {
    /* See above. */
  }

  uncork(): void {
    /* See above. */
  }

  #close(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.writable = false;
    this._writableState.ended = true;
    clearInterval(this.#keepAlive);
    this.emit('end');
    this.emit('close', false);
  }
}
