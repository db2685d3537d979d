import { aclCategories, ACL_CATEGORIES } from '../commands/acl-categories';
import type { FoundKey } from '../commands/define-command';
import type { CommandRecord, CommandTable } from '../commands/table';
import { matchGlob } from '../values/glob';
import { RuleError, ruleSyntaxError } from './rule-error';

interface KeyPattern {
  readonly pattern: string;
  readonly read: boolean;
  readonly write: boolean;
}

const UNKNOWN_COMMAND = 'Unknown command or category name in ACL';

/** What somebody may do: commands, keys and channels. A user has one, and maybe more in parentheses. */
export class Selector {
  /** Rules about commands, as ACL LIST shows them; the first is `+@all` or `-@all`. */
  #rules: string[] = ['-@all'];
  #allowed = new Set<string>();
  /** Commands that are allowed with certain first arguments only. */
  #firstArguments = new Map<string, Set<string>>();
  #keys: KeyPattern[] = [];
  #channels: string[] = [];
  allKeys = false;
  allChannels: boolean;

  constructor(
    private readonly commands: CommandTable,
    allChannels: boolean,
  ) {
    this.allChannels = allChannels;
  }

  /** Whether nothing at all is forbidden. */
  get unrestricted(): boolean {
    return this.allKeys && this.allChannels && this.#rules.length === 1 && this.#rules[0] === '+@all';
  }

  get commandRules(): string {
    return this.#rules.join(' ');
  }

  get keyRules(): string {
    if (this.allKeys) return '~*';
    return this.#keys
      .map(({ pattern, read, write }) => `${read && write ? '' : read ? '%R' : '%W'}~${pattern}`)
      .join(' ');
  }

  get channelRules(): string {
    return this.allChannels ? '&*' : this.#channels.map((channel) => `&${channel}`).join(' ');
  }

  toString(): string {
    const channels = this.allChannels ? '&*' : `resetchannels ${this.channelRules}`.trimEnd();
    return [this.keyRules, channels, this.commandRules].filter((part) => part !== '').join(' ');
  }

  clone(): Selector {
    const copy = new Selector(this.commands, this.allChannels);
    copy.#rules = [...this.#rules];
    copy.#allowed = new Set(this.#allowed);
    copy.#firstArguments = new Map([...this.#firstArguments].map(([name, words]) => [name, new Set(words)]));
    copy.#keys = [...this.#keys];
    copy.#channels = [...this.#channels];
    copy.allKeys = this.allKeys;
    return copy;
  }

  /** Applies one rule. @throws RuleError */
  apply(rule: string): void {
    switch (rule.toLowerCase()) {
      case 'allkeys':
      case '~*':
        this.allKeys = true;
        this.#keys = [];
        return;
      case 'resetkeys':
        this.allKeys = false;
        this.#keys = [];
        return;
      case 'allchannels':
      case '&*':
        this.allChannels = true;
        this.#channels = [];
        return;
      case 'resetchannels':
        this.allChannels = false;
        this.#channels = [];
        return;
      case 'allcommands':
      case '+@all':
        this.#setAll('+@all');
        return;
      case 'nocommands':
      case '-@all':
        this.#setAll('-@all');
        return;
    }
    const mark = rule.charAt(0);
    if (mark === '~' || mark === '%') this.#addKeys(rule);
    else if (mark === '&') this.#addChannel(rule.slice(1));
    else if ((mark === '+' || mark === '-') && rule.charAt(1) === '@')
      this.#addCategory(mark, rule.slice(2).toLowerCase());
    else if (mark === '+' || mark === '-') this.#addCommand(mark, rule.slice(1).toLowerCase());
    else throw ruleSyntaxError();
  }

  mayRun(record: CommandRecord, args: readonly string[]): boolean {
    if (record.noAuth || this.#allowed.has(record.fullName)) return true;
    return this.#firstArguments.get(record.fullName)?.has(args[0]?.toLowerCase() ?? '') === true;
  }

  mayUse(key: string, { flags }: FoundKey): boolean {
    if (this.allKeys) return true;
    const read = flags.includes('ACCESS');
    const write = /INSERT|DELETE|UPDATE/.test(flags);
    return this.#keys.some(
      (allowed) => (!read || allowed.read) && (!write || allowed.write) && matchGlob(allowed.pattern, key),
    );
  }

  /** Whether keys that no argument names may be read: what SORT's patterns lead to. */
  get mayReadAnyKey(): boolean {
    return this.allKeys || this.#keys.some(({ pattern, read }) => read && pattern === '*');
  }

  /** @param literally whether the channel is itself a pattern (PSUBSCRIBE), which has to be allowed word by word */
  mayListen(channel: string, literally: boolean): boolean {
    return (
      this.allChannels ||
      this.#channels.some((pattern) => (literally ? pattern === channel : matchGlob(pattern, channel)))
    );
  }

  #setAll(rule: '+@all' | '-@all'): void {
    this.#rules = [rule];
    this.#allowed = new Set(rule === '+@all' ? [...this.commands.records()].map(({ fullName }) => fullName) : []);
    this.#firstArguments.clear();
  }

  #addKeys(rule: string): void {
    const [, access = 'RW', pattern] = /^(?:%([RW]+))?~(.*)$/is.exec(rule) ?? [];
    if (pattern === undefined) throw ruleSyntaxError();
    if (this.allKeys) {
      throw new RuleError(
        "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
      );
    }
    const added = { pattern, read: /r/i.test(access), write: /w/i.test(access) };
    const same = this.#keys.findIndex((each) => each.pattern === pattern);
    const known = this.#keys[same];
    if (known === undefined) this.#keys.push(added);
    else this.#keys[same] = { pattern, read: known.read || added.read, write: known.write || added.write };
  }

  #addChannel(pattern: string): void {
    if (this.allChannels) {
      throw new RuleError(
        "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
      );
    }
    if (!this.#channels.includes(pattern)) this.#channels.push(pattern);
  }

  #addCategory(mark: '+' | '-', category: string): void {
    if (!ACL_CATEGORIES.some((known) => known === category)) throw new RuleError(UNKNOWN_COMMAND);
    const names = [...this.commands.records()]
      .filter(({ definition }) => aclCategories(definition).some((each) => each === category))
      .map(({ fullName }) => fullName);
    this.#change(mark, names, `@${category}`);
  }

  #addCommand(mark: '+' | '-', name: string): void {
    const records = this.commands.recordsOf(name);
    if (records.length > 0) {
      this.#change(
        mark,
        records.map(({ fullName }) => fullName),
        name,
      );
      return;
    }
    const [command = '', first, ...beyond] = name.split('|');
    const entry = this.commands.get(command);
    // A plain command may be allowed with certain first arguments; nothing else is as fine.
    if (mark === '+' && beyond.length > 0 && this.commands.recordsOf(`${command}|${String(first)}`).length > 0)
      throw new RuleError('Allowing first-arg of a subcommand is not supported');
    if (entry === undefined || first === undefined || beyond.length > 0 || 'container' in entry || mark === '-')
      throw new RuleError(UNKNOWN_COMMAND);
    if (first === '') throw ruleSyntaxError();
    if (this.#allowed.has(command)) return;
    const words = this.#firstArguments.get(command) ?? new Set();
    this.#firstArguments.set(command, words.add(first));
    if (!this.#rules.includes(`+${name}`)) this.#rules.push(`+${name}`);
  }

  /** Changes what is allowed; a rule that changes nothing, or undoes an earlier one, is not remembered. */
  #change(mark: '+' | '-', names: readonly string[], subject: string): void {
    const allows = mark === '+';
    if (names.every((name) => this.#allowed.has(name) === allows)) return;
    const earlier = this.#rules.filter(
      (rule, i) => i === 0 || !(rule.slice(1) === subject || rule.slice(1).startsWith(`${subject}|`)),
    );
    for (const name of names) {
      if (allows) this.#allowed.add(name);
      else this.#allowed.delete(name);
      this.#firstArguments.delete(name);
    }
    const enough = earlier.length < this.#rules.length && this.#follows(earlier);
    this.#rules = enough ? earlier : [...earlier, `${mark}${subject}`];
  }

  /** Whether rules alone lead to what is allowed now. */
  #follows(rules: readonly string[]): boolean {
    const other = new Selector(this.commands, true);
    for (const rule of rules) other.apply(rule);
    return other.#allowed.size === this.#allowed.size && [...other.#allowed].every((name) => this.#allowed.has(name));
  }
}
