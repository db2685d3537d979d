/** One argument of a command, as COMMAND DOCS describes it. */
export interface Argument {
  readonly name: string;
  readonly type: 'token' | 'value' | 'oneof' | 'block';
  /** The word that must be written, alone (`token`) or before the argument. */
  readonly token?: string;
  readonly optional?: boolean;
  readonly multiple?: boolean;
  /** Whether every repetition begins with the token. */
  readonly multipleToken?: boolean;
  /** Alternatives of `oneof`, members of `block`. */
  readonly parts?: readonly Argument[];
}

/** Reads Redis' notation of arguments: `key [NX | XX] [EX seconds | KEEPTTL] [field value ...]`. */
export function parseSyntax(syntax: string): readonly Argument[] {
  const words = syntax.match(/\.\.\.|[[\]<>|]|[^\s[\]<>|]+/g) ?? [];
  const reader = new SyntaxReader(words);
  const alternatives = reader.alternatives();
  return alternatives.length === 1 ? (alternatives[0] ?? []) : [oneOf(alternatives)];
}

class SyntaxReader {
  #at = 0;
  /** Whether the sequence just read ended in `...`. */
  #repeated = false;

  constructor(private readonly words: readonly string[]) {}

  alternatives(): Argument[][] {
    const alternatives = [this.#sequence()];
    while (this.words[this.#at] === '|') {
      this.#at += 1;
      alternatives.push(this.#sequence());
    }
    return alternatives;
  }

  #sequence(): Argument[] {
    const items: Argument[] = [];
    for (;;) {
      const word = this.words[this.#at];
      if (word === undefined || word === '|' || word === ']' || word === '>') break;
      this.#at += 1;
      if (word === '...') this.#repeated = true;
      else if (word === '[') this.#optional(items);
      else if (word === '<') items.push(single(this.#group()));
      else
        items.push(
          isToken(word) ? { name: word.toLowerCase(), type: 'token', token: word } : { name: word, type: 'value' },
        );
    }
    return joinTokens(items);
  }

  /** What stands in brackets: a repetition of what came before, or something optional. */
  #optional(items: Argument[]): void {
    this.#repeated = false;
    const alternatives = this.#group();
    const repeated = this.#takeRepeated();
    const [only = []] = alternatives;
    if (repeated && alternatives.length === 1) {
      const joined = joinTokens(items);
      // `PREFIX prefix [PREFIX prefix ...]` repeats a token with its value; `STREAMS key [key ...]` the value alone.
      if (!repeats(items, only) && repeats(joined, only)) items.splice(0, items.length, ...joined);
    }
    if (repeated && alternatives.length === 1 && repeats(items, only)) {
      const last = items.splice(items.length - only.length);
      const argument = single([last]);
      items.push({ ...argument, multiple: true, ...(argument.token === undefined ? {} : { multipleToken: true }) });
      return;
    }
    items.push({ ...single(alternatives), optional: true, ...(repeated ? { multiple: true } : {}) });
  }

  #takeRepeated(): boolean {
    const repeated = this.#repeated;
    this.#repeated = false;
    return repeated;
  }

  #group(): Argument[][] {
    const alternatives = this.alternatives();
    this.#at += 1; // the closing bracket
    return alternatives;
  }
}

/** A word without small letters is written as it stands. */
function isToken(word: string): boolean {
  return !/[a-z]/.test(word);
}

function sameArgument(a: Argument | undefined, b: Argument): boolean {
  return a?.name === b.name && a.token === b.token;
}

function repeats(items: readonly Argument[], again: readonly Argument[]): boolean {
  const tail = items.slice(items.length - again.length);
  return (
    again.length > 0 && tail.length === again.length && again.every((argument, i) => sameArgument(tail[i], argument))
  );
}

/** A token followed by plain values is one argument: `EX seconds`, `LIMIT offset count`. */
function joinTokens(items: readonly Argument[]): Argument[] {
  const joined: Argument[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item === undefined) continue;
    const values: Argument[] = [];
    if (item.type === 'token') {
      for (
        let next = items[i + 1];
        next !== undefined && next.type !== 'token' && next.optional !== true;
        next = items[i + 1 + values.length]
      ) {
        values.push(next);
      }
    }
    i += values.length;
    joined.push(
      values.length === 0 ? item : { ...single([values]), ...(item.token === undefined ? {} : { token: item.token }) },
    );
  }
  return joined;
}

function single(alternatives: readonly (readonly Argument[])[]): Argument {
  if (alternatives.length > 1) return oneOf(alternatives);
  const [sequence = []] = alternatives;
  const [first] = sequence;
  return sequence.length === 1 && first !== undefined ? first : block(sequence);
}

function block(parts: readonly Argument[]): Argument {
  return { name: parts.map(({ name }) => name).join('_'), type: 'block', parts };
}

function oneOf(alternatives: readonly (readonly Argument[])[]): Argument {
  const parts = alternatives.map((sequence) => single([sequence]));
  return { name: parts.map(({ name }) => name).join('_'), type: 'oneof', parts };
}
