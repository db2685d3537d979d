import { MovingKeys } from './moving-keys';
import { ParkedFields } from './parked-fields';

/** How far away a deadline is set that must not be met. */
const PARKED_MS = 7 * 24 * 3_600_000;

/**
 * Keeps keys of the target from expiring by themselves: only the source says when they do. What changes comes late, and a key
 * whose deadline was put off in time would have gone at the target before it heard of it. So a deadline that is near is set
 * far away, and the key is remembered: once nothing changes any more, it gets the one it has at the source.
 */
export class ParkedDeadlines {
  /** Deadlines nearer than this are parked, in milliseconds: the target must never be so far behind. */
  guardMs = 24 * 3_600_000;
  /** Those whose deadline is parked. */
  readonly keys = new MovingKeys();
  /** Hashes of which fields have parked deadlines. */
  readonly fields = new ParkedFields((deadline) => (this.#isNear(deadline) ? this.#far() : deadline));

  /** @param now milliseconds since the epoch */
  constructor(private readonly now: () => number) {}

  /** The deadline to give to a key in the place of the one it should have; 0 = never. */
  instead(db: number, key: string, expireAt: number): number {
    if (expireAt === 0 || !this.#isNear(expireAt)) {
      this.keys.delete(db, [key]);
      return expireAt;
    }
    return this.#park(db, key);
  }

  /** The arguments of a change, with deadlines that are not met. @param name in lower case */
  adjust(db: number, name: string, args: readonly string[]): readonly string[] {
    return this.#adjust(db, name, this.fields.adjust(db, name, args));
  }

  #adjust(db: number, name: string, args: readonly string[]): readonly string[] {
    const [key = '', second = ''] = args;
    switch (name) {
      case 'set':
        return this.#options(db, key, args, 2);
      case 'getex':
        return this.#options(db, key, args, 1);
      case 'setex':
      case 'psetex':
        return withWord(args, 1, this.#relative(db, key, name === 'setex'));
      case 'pexpireat':
        return withWord(args, 1, String(this.instead(db, key, Number(second))));
      case 'expireat':
        return withWord(args, 1, String(Math.ceil(this.instead(db, key, Number(second) * 1000) / 1000)));
      case 'expire':
      case 'pexpire':
        return withWord(args, 1, this.#relative(db, key, name === 'expire'));
      case 'restore':
        return this.#restore(db, key, args);
      case 'persist':
        this.keys.delete(db, [key]);
        return args;
      default:
        this.keys.follow(db, name, args);
        return args;
    }
  }

  /** @param from where the options begin */
  #options(db: number, key: string, args: readonly string[], from: number): readonly string[] {
    const option = args.findIndex((word, i) => i >= from && /^(?:px|ex)(?:at)?$/i.test(word));
    const word = args[option]?.toLowerCase() ?? '';
    if (option < 0) {
      if (!args.some((other, i) => i >= from && /^keepttl$/i.test(other))) this.keys.delete(db, [key]);
      return args;
    }
    if (!word.endsWith('at')) return withWord(args, option + 1, this.#relative(db, key, word === 'ex'));
    const unit = word === 'exat' ? 1000 : 1;
    const expireAt = this.instead(db, key, Number(args[option + 1]) * unit);
    return withWord(args, option + 1, String(Math.ceil(expireAt / unit)));
  }

  #restore(db: number, key: string, args: readonly string[]): readonly string[] {
    const [, ttl = '0'] = args;
    if (ttl === '0') {
      this.keys.delete(db, [key]);
      return args;
    }
    const isAbsolute = args.some((word, i) => i > 2 && /^absttl$/i.test(word));
    return withWord(args, 1, isAbsolute ? String(this.instead(db, key, Number(ttl))) : this.#relative(db, key, false));
  }

  /** Of what says how long from then, which is longer ago than it says. */
  #relative(db: number, key: string, inSeconds: boolean): string {
    this.#park(db, key);
    return String(inSeconds ? PARKED_MS / 1000 : PARKED_MS);
  }

  #park(db: number, key: string): number {
    this.keys.add(db, key);
    return this.#far();
  }

  #isNear(deadline: number): boolean {
    return deadline <= this.now() + this.guardMs;
  }

  #far(): number {
    return this.now() + PARKED_MS;
  }
}

function withWord(args: readonly string[], at: number, word: string): readonly string[] {
  return args.map((each, i) => (i === at ? word : each));
}
