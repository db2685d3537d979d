import { checkName, escapeName, slotKey, unescapeName } from '../support';
import type { ResourceKey } from './resource-store';

/** The resources of one type in one project: the keys they have in common, and their names among them. */
export class ResourceType {
  readonly project: string;
  readonly type: string;

  /** @throws RespiteError `INPUT_INVALID` */
  constructor(operation: string, project: string, type: string) {
    checkName(`${operation}: project`, project);
    checkName(`${operation}: type`, type);
    this.project = project;
    this.type = type;
  }

  get name(): string {
    return `${this.project}/${this.type}`;
  }

  /** All members, each with the score 0: so they are in the order of their bytes. */
  get index(): string {
    return this.#key('index');
  }

  /** Each member's etag. */
  get etags(): string {
    return this.#key('etags');
  }

  /** Counts the changes. */
  get revision(): string {
    return this.#key('revision');
  }

  /** Where changes are published. */
  get channel(): string {
    return this.#key('events');
  }

  item(member: string): string {
    return this.#key(`item:${member}`);
  }

  keyOf(member: string): ResourceKey {
    const [id = '', version] = member.split('@').map(unescapeName);
    return { project: this.project, type: this.type, id, ...(version !== undefined && { version }) };
  }

  #key(part: string): string {
    return slotKey('resources', [this.project, this.type], part);
  }
}

/**
 * A resource's name among those of its type: its id, and its version after an `@`.
 * @throws RespiteError `INPUT_INVALID`
 */
export function memberOf(operation: string, { id, version }: ResourceKey): string {
  checkName(`${operation}: id`, id);
  if (version === undefined) return escapeName(id, /[%@]/g);
  checkName(`${operation}: version`, version);
  return `${escapeName(id, /[%@]/g)}@${escapeName(version, /[%@]/g)}`;
}
