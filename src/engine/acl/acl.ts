import { findKeys, mayHaveKeys } from '../command/key-positions';
import type { CommandRecord, CommandTable } from '../command/table';
import { AclLog, type DenialReason } from './acl-log';
import type { Selector } from './selector';
import { hashPassword, User } from './user';

/** A refusal: what for, and which word. */
export interface Refusal {
  readonly reason: Exclude<DenialReason, 'auth'>;
  readonly object: string;
}

/** The user that connections begin as. */
export const DEFAULT_USER = 'default';

/** When several selectors refuse for different reasons, the weightiest is told. */
const WEIGHT: Record<Refusal['reason'], number> = { command: 1, key: 2, channel: 3 };

/** The users of an engine and what they may do. */
export class Acl {
  readonly log: AclLog;
  readonly default: User;
  /** Of clients that came by a way of their own: may do everything, whatever becomes of the users. Not in any list. */
  readonly superuser: User;
  /** `acl-pubsub-default`: whether new users may use all channels. */
  allChannels = false;
  readonly #users = new Map<string, User>();

  /** @param onBytes told by how much what is kept of users has grown, in bytes */
  constructor(
    private readonly commands: CommandTable,
    private readonly onBytes: (change: number) => void = () => undefined,
  ) {
    this.log = new AclLog(onBytes);
    this.default = this.#create(DEFAULT_USER);
    for (const rule of ['on', 'nopass', '+@all', '~*', '&*']) this.default.apply(rule);
    this.superuser = this.default.clone();
  }

  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** Whether nobody has said who may come in: there is no user but the default one, and no password. */
  get isUnconfigured(): boolean {
    return this.default.noPassword && this.#users.size === 1;
  }

  /** In the order of their names. */
  users(): User[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Creates or changes a user; nothing changes when a rule is wrong. @throws RuleError, with the rule in `cause` */
  setUser(name: string, rules: readonly string[], onError: (rule: string, failure: unknown) => never): void {
    const existing = this.#users.get(name);
    const changed = existing?.clone() ?? new User(name, this.commands, () => this.allChannels);
    for (const rule of rules) {
      try {
        changed.apply(rule);
      } catch (failure) {
        onError(rule, failure);
      }
    }
    this.onBytes(changed.bytes - (existing?.bytes ?? 0));
    if (existing === undefined) this.#users.set(name, changed);
    else existing.become(changed);
  }

  deleteUser(name: string): boolean {
    this.onBytes(-(this.#users.get(name)?.bytes ?? 0));
    return this.#users.delete(name);
  }

  /** `requirepass`: the default user's only password; empty = none is asked for. */
  setDefaultPassword(password: string): void {
    this.default.apply(password === '' ? 'nopass' : 'resetpass');
    if (password !== '') this.default.apply(`>${password}`);
  }

  /** @returns the user when name and password belong together */
  authenticate(name: string, password: string): User | undefined {
    const user = this.#users.get(name);
    if (user?.enabled !== true) return undefined;
    return user.noPassword || user.passwords.includes(hashPassword(password)) ? user : undefined;
  }

  /** Whether a user may run a command with these arguments. @returns undefined when nothing speaks against it */
  check(user: User, record: CommandRecord, args: readonly string[]): Refusal | undefined {
    let worst: Refusal | undefined;
    for (const selector of user.selectors) {
      const refusal = checkSelector(selector, record, args);
      if (refusal === undefined) return undefined;
      if (worst === undefined || WEIGHT[refusal.reason] >= WEIGHT[worst.reason]) worst = refusal;
    }
    return worst;
  }

  /** Whether a user may run a command so that it reads keys which its arguments do not name. */
  mayReadAnyKey(user: User, record: CommandRecord, args: readonly string[]): boolean {
    return user.selectors.some(
      (selector) => selector.mayReadAnyKey && checkSelector(selector, record, args) === undefined,
    );
  }

  #create(name: string): User {
    const user = new User(name, this.commands, () => this.allChannels);
    this.#users.set(name, user);
    return user;
  }
}

function checkSelector(selector: Selector, record: CommandRecord, args: readonly string[]): Refusal | undefined {
  const { definition, fullName } = record;
  if (!selector.mayRun(record, args)) return { reason: 'command', object: fullName };
  if (!selector.allKeys && mayHaveKeys(definition)) {
    for (const found of findKeys(definition, args) ?? []) {
      const key = args[found.position - 1] ?? '';
      if (!selector.mayUse(key, found)) return { reason: 'key', object: key };
    }
  }
  const { channels } = definition;
  if (selector.allChannels || channels === undefined) return undefined;
  const refused = (channels.which === 'all' ? args : args.slice(0, 1)).find(
    (channel) => !selector.mayListen(channel, channels.patterns === true),
  );
  return refused === undefined ? undefined : { reason: 'channel', object: refused };
}
