/** Classes of keyspace events, by the letters of `notify-keyspace-events`. */
export type EventClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 't' | 'm' | 'd' | 'n';

const LETTERS = 'g$lshzxetdmnKE';
const ALL = 'g$lshzxetd';

/** Which events are published; Redis 7.0: off by default. */
export class NotificationFlags {
  #enabled = new Set<string>();

  /** Whether nothing is published at all; checked before any event is put together. */
  get silent(): boolean {
    return this.#enabled.size === 0;
  }

  /** Whether every letter is a known one. */
  isValid(text: string): boolean {
    for (const letter of text) if (letter !== 'A' && !LETTERS.includes(letter)) return false;
    return true;
  }

  /** @returns false when the text holds an unknown letter; nothing changes then */
  parse(text: string): boolean {
    const enabled = new Set<string>();
    for (const letter of text) {
      if (letter === 'A') for (const each of ALL) enabled.add(each);
      else if (LETTERS.includes(letter)) enabled.add(letter);
      else return false;
    }
    this.#enabled = enabled;
    return true;
  }

  has(letter: EventClass | 'K' | 'E'): boolean {
    return this.#enabled.has(letter);
  }

  /** The canonical text, as CONFIG GET shows it. */
  toString(): string {
    const letters = (of: string) =>
      Array.from(of)
        .filter((letter) => this.#enabled.has(letter))
        .join('');
    // Redis 7.0 forgets to show `n` beside `A`.
    const classes = Array.from(ALL).every((letter) => this.#enabled.has(letter)) ? 'A' : letters(`${ALL}n`);
    return classes + letters('KEm');
  }
}
