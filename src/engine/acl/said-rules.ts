/** Rules about commands in the words they were given in, as Redis shows them since 7.2; those that mean nothing any more are gone. */
export class SaidRules {
  readonly #rules: string[];

  constructor(rules: readonly string[] = []) {
    this.#rules = [...rules];
  }

  /** Estimated bytes. */
  get bytes(): number {
    return this.#rules.reduce((sum, rule) => sum + rule.length, 0);
  }

  clone(): SaidRules {
    return new SaidRules(this.#rules);
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** Adds a rule at the end. What was said before of the same thing, or of a part of it, is forgotten. @param what in lower case */
  add(mark: '+' | '-', what: string): void {
    const others = this.#rules.filter((rule) => rule.slice(1) !== what && !rule.slice(1).startsWith(`${what}|`));
    this.#rules.splice(0, Infinity, ...others, `${mark}${what}`);
  }

  /** @param all what was last said of all commands */
  describe(all: '+@all' | '-@all'): string {
    return [all, ...this.#rules].join(' ');
  }
}
