import { ACL_CATEGORIES, type AclCategory } from '../command/acl-categories';
import type { FoundKey } from '../command/definition';
import type { CommandRecord, CommandTable } from '../command/table';
import { matchGlob } from '../values/glob';
import { textBytes } from '../values/text-bytes';
import { namesOf } from './command-names';
import { printable } from '../command/errors';
import { hasSpace, RuleError, ruleSyntaxError } from './rule-error';
import { SaidRules } from './said-rules';

interface KeyPattern {
  readonly pattern: string;
  readonly read: boolean;
  readonly write: boolean;
}

const RULE_BYTES = 40;

const UNKNOWN_COMMAND = 'Unknown command or category name in ACL';

/** What somebody may do: commands, keys and channels. A user has one, and maybe more in parentheses. */
export class Selector {
  /** Whether commands that do not exist yet would be allowed: `+@all` was the last word about all of them. */
  #future = false;
  /** Names of commands, containers and subcommands; undefined = of all there are, which nobody had to list yet. */
  #listed: Set<string> | undefined = new Set();
  /** Commands that are allowed with certain first arguments only: in lower case, and as they were written. */
  #firstArguments = new Map<string, Map<string, string>>();
  /** Undefined before 7.2. */
  #said: SaidRules | undefined;
  #keys: KeyPattern[] = [];
  #channels: string[] = [];
  allKeys = false;
  allChannels: boolean;

  constructor(
    private readonly commands: CommandTable,
    allChannels: boolean,
  ) {
    this.allChannels = allChannels;
    if (commands.version >= '7.2') this.#said = new SaidRules();
  }

  /** Whether nothing at all is forbidden. */
  get unrestricted(): boolean {
    if (!this.allKeys || !this.allChannels || !this.#future) return false;
    return this.#listed === undefined || this.#listed.size === namesOf(this.commands).length;
  }

  /** What was said, or before 7.2 what leads to the same, as Redis finds it: the categories that fit, and what they miss. */
  get commandRules(): string {
    if (this.#said !== undefined) return this.#said.describe(this.#future ? '+@all' : '-@all');
    const [mark, opposite] = this.#future ? (['-', '+'] as const) : (['+', '-'] as const);
    const rules: string[] = [`${opposite}@all`];
    const described = new Selector(this.commands, true);
    described.apply(`${opposite}@all`);
    const left = this.clone();
    const unused = new Set<AclCategory>(ACL_CATEGORIES);
    for (let best = left.#bestCategory(unused); best !== undefined; best = left.#bestCategory(unused)) {
      unused.delete(best);
      rules.push(`${mark}@${best}`);
      described.apply(`${mark}@${best}`);
      left.apply(`${opposite}@${best}`);
    }
    return [...rules, ...this.#differences(described)].join(' ');
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

  /** Estimated. */
  get bytes(): number {
    let bytes = this.#allowed.size * RULE_BYTES + (this.#said?.bytes ?? 0);
    for (const { pattern } of this.#keys) bytes += textBytes(pattern) + RULE_BYTES;
    for (const channel of this.#channels) bytes += textBytes(channel) + RULE_BYTES;
    for (const words of this.#firstArguments.values())
      for (const word of words.keys()) bytes += 2 * (textBytes(word) + RULE_BYTES);
    return bytes;
  }

  toString(): string {
    const channels = this.allChannels ? '&*' : `resetchannels ${this.channelRules}`.trimEnd();
    return [this.keyRules, channels, this.commandRules].filter((part) => part !== '').join(' ');
  }

  clone(): Selector {
    const copy = new Selector(this.commands, this.allChannels);
    copy.#future = this.#future;
    copy.#said = this.#said?.clone();
    copy.#listed = this.#listed && new Set(this.#listed);
    copy.#firstArguments = new Map([...this.#firstArguments].map(([name, words]) => [name, new Map(words)]));
    copy.#keys = [...this.#keys];
    copy.#channels = [...this.#channels];
    copy.allKeys = this.allKeys;
    return copy;
  }

  /** Applies one rule; an empty one says nothing. @throws RuleError */
  apply(rule: string): void {
    if (rule === '') return;
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
    else if (mark === '+' || mark === '-') this.#addCommand(mark, printable(rule.slice(1)));
    else throw ruleSyntaxError();
  }

  mayRun(record: CommandRecord, args: readonly string[]): boolean {
    if (record.noAuth || this.#listed === undefined || this.#listed.has(record.fullName)) return true;
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

  get #allowed(): Set<string> {
    return (this.#listed ??= new Set(namesOf(this.commands).map(({ name }) => name)));
  }

  #setAll(rule: '+@all' | '-@all'): void {
    this.#future = rule === '+@all';
    this.#listed = this.#future ? undefined : new Set();
    this.#firstArguments.clear();
    this.#said?.clear();
  }

  #addKeys(rule: string): void {
    if (this.allKeys) {
      throw new RuleError(
        "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
      );
    }
    // Redis takes `%R` without `~` as well: for the empty pattern.
    const match = /^(?:%(R|W|RW|WR)|(?=~))(?:~(.*))?$/is.exec(rule);
    const [, access = 'RW', pattern = ''] = match ?? [];
    if (match === null || hasSpace(pattern)) throw ruleSyntaxError();
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
    if (hasSpace(pattern)) throw ruleSyntaxError();
    if (!this.#channels.includes(pattern)) this.#channels.push(pattern);
  }

  #addCategory(mark: '+' | '-', category: string): void {
    if (!ACL_CATEGORIES.some((known) => known === category)) throw new RuleError(UNKNOWN_COMMAND);
    const members = namesOf(this.commands).filter(({ categories }) => categories.some((each) => each === category));
    for (const { name } of members) this.#change(mark, name);
    this.#said?.add(mark, `@${category}`);
  }

  #addCommand(mark: '+' | '-', rule: string): void {
    const name = rule.toLowerCase();
    if (this.commands.find(name) !== undefined) {
      this.#change(mark, name);
      this.#said?.add(mark, name);
      return;
    }
    const [command = '', first, ...beyond] = name.split('|');
    if (mark === '+' && name.endsWith('|') && this.commands.find(name.slice(0, -1)) !== undefined)
      throw ruleSyntaxError();
    const entry = this.commands.get(command);
    // A plain command may be allowed with certain first arguments; nothing else is as fine.
    if (mark === '+' && beyond.length > 0 && this.commands.recordsOf(`${command}|${String(first)}`).length > 0)
      throw new RuleError('Allowing first-arg of a subcommand is not supported');
    if (entry === undefined || first === undefined || beyond.length > 0 || 'container' in entry || mark === '-')
      throw new RuleError(UNKNOWN_COMMAND);
    this.#said?.add(mark, name);
    if (this.#allowed.has(command)) return;
    const words = this.#firstArguments.get(command) ?? new Map<string, string>();
    if (!words.has(first)) words.set(first, rule.slice(command.length + 1));
    this.#firstArguments.set(command, words);
  }

  /** Allows or forbids a command; with a container, its subcommands. */
  #change(mark: '+' | '-', name: string): void {
    for (const each of [name, ...this.commands.recordsOf(name).map(({ fullName }) => fullName)]) {
      if (mark === '+') this.#allowed.add(each);
      else this.#allowed.delete(each);
      this.#firstArguments.delete(each);
    }
  }

  /** The category that changes most of what there is to change, and least besides; none when it would not be most of it. */
  #bestCategory(unused: ReadonlySet<AclCategory>): AclCategory | undefined {
    let best: { readonly category: AclCategory; readonly wrong: number; readonly right: number } | undefined;
    for (const category of unused) {
      const members = namesOf(this.commands).filter(({ categories }) => categories.includes(category));
      const allowed = members.filter(({ name }) => this.#allowed.has(name)).length;
      const [right, wrong] = this.#future ? [members.length - allowed, allowed] : [allowed, members.length - allowed];
      const better = best === undefined || wrong < best.wrong || (wrong === best.wrong && right > best.right);
      if (right > wrong && better) best = { category, wrong, right };
    }
    return best?.category;
  }

  /** Rules for what is allowed here and not there, or there and not here. Changes `described` on the way. */
  #differences(described: Selector): string[] {
    const rules: string[] = [];
    for (const { name } of namesOf(this.commands)) {
      const allowed = this.#allowed.has(name);
      if (allowed !== described.#allowed.has(name)) {
        const mark = allowed ? '+' : '-';
        rules.push(`${mark}${name}`);
        described.#change(mark, name);
      }
      for (const first of this.#firstArguments.get(name)?.values() ?? []) rules.push(`+${name}|${first}`);
    }
    return rules;
  }
}
