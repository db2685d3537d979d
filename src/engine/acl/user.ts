import { createHash } from 'node:crypto';
import type { CommandTable } from '../command/table';
import { splitWords } from '../protocol/request-parser';
import { textBytes } from '../values/text-bytes';
import { RuleError } from './rule-error';
import { Selector } from './selector';

const HASH = /^[0-9a-f]{64}$/;
const BAD_HASH = 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters';

/** How passwords are kept. */
export function hashPassword(password: string): string {
  return createHash('sha256').update(Buffer.from(password, 'latin1')).digest('hex');
}

const USER_BYTES = 500;
/** A hash, as text. */
const PASSWORD_BYTES = 96;

/** One ACL user. */
export class User {
  enabled = false;
  /** Any password will do. */
  noPassword = false;
  /** SHA-256 in hexadecimal. */
  passwords: string[] = [];
  /** Whether RESTORE of this user's is checked deeply: always here; kept for ACL LIST, which names it since 7.2 whether it was said or not. */
  sanitize: 'sanitize-payload' | 'skip-sanitize-payload' | undefined;
  /** The user's own rules come first. */
  selectors: Selector[];
  /** Whether nothing is forbidden; the gate asks for nothing else then. */
  unrestricted = false;

  constructor(
    readonly name: string,
    private readonly commands: CommandTable,
    private readonly allChannels: () => boolean,
  ) {
    if (commands.version >= '7.2') this.sanitize = 'sanitize-payload';
    this.selectors = [new Selector(commands, allChannels())];
  }

  /** An independent copy, so that rules can be tried before they count. */
  clone(): User {
    const copy = new User(this.name, this.commands, this.allChannels);
    return copy.become(this);
  }

  /** Takes over another user's rights. */
  become(other: User): this {
    this.enabled = other.enabled;
    this.noPassword = other.noPassword;
    this.passwords = [...other.passwords];
    this.sanitize = other.sanitize;
    this.selectors = other.selectors.map((selector) => selector.clone());
    this.unrestricted = this.selectors.some((selector) => selector.unrestricted);
    return this;
  }

  /** Estimated, of what was said about this user: names, patterns, passwords. */
  get bytes(): number {
    const rules = this.selectors.reduce((sum, selector) => sum + selector.bytes, 0);
    return USER_BYTES + textBytes(this.name) + this.passwords.length * PASSWORD_BYTES + rules;
  }

  get flags(): string[] {
    return [
      this.enabled ? 'on' : 'off',
      ...(this.noPassword ? ['nopass'] : []),
      ...(this.sanitize === undefined ? [] : [this.sanitize]),
    ];
  }

  /** The user as a configuration file would have it. */
  toString(): string {
    const [own, ...others] = this.selectors.map(String);
    const passwords = this.passwords.map((hash) => `#${hash}`);
    return [
      'user',
      this.name,
      ...this.flags,
      ...passwords,
      own ?? '',
      ...others.map((selector) => `(${selector})`),
    ].join(' ');
  }

  /** Applies one rule. @throws RuleError */
  apply(rule: string): void {
    if (!this.#applyOwn(rule)) this.selectors[0]?.apply(rule);
    this.unrestricted = this.selectors.some((selector) => selector.unrestricted);
  }

  /** @returns false when the rule is about commands, keys or channels */
  #applyOwn(rule: string): boolean {
    switch (rule.toLowerCase()) {
      case 'on':
        this.enabled = true;
        return true;
      case 'off':
        this.enabled = false;
        return true;
      case 'nopass':
        this.noPassword = true;
        this.passwords = [];
        return true;
      case 'resetpass':
        this.noPassword = false;
        this.passwords = [];
        return true;
      case 'sanitize-payload':
      case 'skip-sanitize-payload':
        this.sanitize = rule.toLowerCase() === 'sanitize-payload' ? 'sanitize-payload' : 'skip-sanitize-payload';
        return true;
      case 'clearselectors':
        this.selectors.length = 1;
        return true;
      case 'reset':
        this.#reset();
        return true;
    }
    switch (rule.charAt(0)) {
      case '>':
        this.#addPassword(hashPassword(rule.slice(1)));
        return true;
      case '#':
        if (!HASH.test(rule.slice(1))) throw new RuleError(BAD_HASH);
        this.#addPassword(rule.slice(1));
        return true;
      case '<':
        this.#removePassword(hashPassword(rule.slice(1)));
        return true;
      case '!':
        if (!HASH.test(rule.slice(1))) throw new RuleError(BAD_HASH);
        this.#removePassword(rule.slice(1));
        return true;
      case '(':
        this.#addSelector(rule);
        return true;
      default:
        return false;
    }
  }

  #reset(): void {
    this.enabled = false;
    this.noPassword = false;
    this.passwords = [];
    this.sanitize = 'sanitize-payload';
    this.selectors = [new Selector(this.commands, this.allChannels())];
  }

  #addPassword(hash: string): void {
    this.noPassword = false;
    if (!this.passwords.includes(hash)) this.passwords.push(hash);
  }

  #removePassword(hash: string): void {
    if (!this.passwords.includes(hash))
      throw new RuleError('The password you are trying to remove from the user does not exist');
    this.passwords = this.passwords.filter((each) => each !== hash);
  }

  #addSelector(rule: string): void {
    const selector = new Selector(this.commands, this.allChannels());
    // Unbalanced quotes are no words at all.
    for (const part of splitWords(rule.slice(1, -1)) ?? []) selector.apply(part);
    this.selectors.push(selector);
  }
}
