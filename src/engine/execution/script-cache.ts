import type { Script } from '../scripting/scripts';
import type { ScriptFlag } from '../scripting/shebang';

/** A script that clients may run by its SHA-1. */
export interface CachedScript {
  readonly script: Script;
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  /** When it was last looked for, in look-ups; only `ScriptCache` reads it, and the next. */
  used: number;
  /** What it was last counted as. */
  bytes: number;
}

/** How many scripts that only EVAL brought are kept: Redis 7.4's number. */
const MOST_EVALUATED = 500;
/** Bytes that those may take together, whatever their number: clients make texts as long as they like. */
const MOST_EVALUATED_BYTES = 16 * 1_048_576;
/** What a place in the cache takes besides the text, with its SHA-1. */
const PLACE_BYTES = 200;

/** Bytes, as INFO tells them apart. */
export interface ScriptBytes {
  /** Of the texts. */
  readonly sources: number;
  /** Of what they were compiled to. */
  readonly compiled: number;
}

/**
 * The scripts that are known. Those of SCRIPT LOAD stay until SCRIPT FLUSH. Those that came with EVAL, whose clients have the
 * text, make room for others: the one that was not run for the longest time goes first (Redis 7.4).
 */
export class ScriptCache {
  readonly #loaded = new Map<string, CachedScript>();
  readonly #evaluated = new Map<string, CachedScript>();
  #uses = 0;
  #sources = 0;
  /** Of those of SCRIPT LOAD, and of those of EVAL. */
  #loadedBytes = 0;
  #evaluatedBytes = 0;

  get size(): number {
    return this.#loaded.size + this.#evaluated.size;
  }

  get bytes(): ScriptBytes {
    return { sources: this.#sources, compiled: this.total - this.#sources };
  }

  /** Bytes of texts and code together. */
  get total(): number {
    return this.#loadedBytes + this.#evaluatedBytes;
  }

  /** Bytes of those that stay. */
  get loadedBytes(): number {
    return this.#loadedBytes;
  }

  /** Whether a script is known; asking is no use. @param sha in lower case */
  has(sha: string): boolean {
    return this.#evaluated.has(sha) || this.#loaded.has(sha);
  }

  /** @param sha in lower case */
  get(sha: string): CachedScript | undefined {
    const found = this.#evaluated.get(sha) ?? this.#loaded.get(sha);
    // A number, and a search when one has to go, which is rare: moving it in a list would cost every call of every script.
    if (found !== undefined) found.used = ++this.#uses;
    return found;
  }

  /** Takes in a script. @param stays it is SCRIPT LOADed */
  add(script: Script, flags: CachedScript['flags'], stays: boolean): CachedScript {
    const cached = { script, flags, used: ++this.#uses, bytes: sourceBytes(script) + script.bytes };
    this.#sources += sourceBytes(script);
    if (stays) this.#loadedBytes += cached.bytes;
    else this.#evaluatedBytes += cached.bytes;
    (stays ? this.#loaded : this.#evaluated).set(script.sha, cached);
    while (this.#evaluated.size > MOST_EVALUATED) this.#dropOldest();
    while (this.#evaluatedBytes > MOST_EVALUATED_BYTES && this.#evaluated.size > 1) this.#dropOldest();
    return cached;
  }

  /** Counts a script again that has run: it may have been compiled in its other form. @returns whether it takes more now */
  recount(cached: CachedScript): boolean {
    const { script } = cached;
    const more = sourceBytes(script) + script.bytes - cached.bytes;
    if (more === 0) return false;
    if (this.#evaluated.get(script.sha) === cached) this.#evaluatedBytes += more;
    else if (this.#loaded.get(script.sha) === cached) this.#loadedBytes += more;
    cached.bytes += more;
    return true;
  }

  /** SCRIPT LOAD of one that EVAL brought: it stays from now on. */
  keep({ script: { sha } }: CachedScript): void {
    const cached = this.#evaluated.get(sha);
    if (cached === undefined) return;
    this.#evaluated.delete(sha);
    this.#loaded.set(sha, cached);
    this.#evaluatedBytes -= cached.bytes;
    this.#loadedBytes += cached.bytes;
  }

  clear(): void {
    this.#loaded.clear();
    this.#evaluated.clear();
    this.#sources = this.#loadedBytes = this.#evaluatedBytes = 0;
  }

  #dropOldest(): void {
    let oldest: CachedScript | undefined;
    for (const each of this.#evaluated.values()) if (oldest === undefined || each.used < oldest.used) oldest = each;
    if (oldest === undefined) return;
    this.#evaluated.delete(oldest.script.sha);
    this.#evaluatedBytes -= oldest.bytes;
    this.#sources -= sourceBytes(oldest.script);
  }
}

const sourceBytes = ({ source }: Script): number => PLACE_BYTES + source.length;
