import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ResourceStore, RespiteError } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import { HostError } from '../errors/host-error';
import { hashKey, isKeyOf, type KeyHash, makeKey, userOfKey } from './api-key';
import type { Role } from './roles';

/** Somebody who may use the host. */
export interface User {
  readonly name: string;
  readonly role: Role;
  /** When the key ends, in milliseconds since the epoch. */
  readonly expires?: number;
  readonly limits?: { readonly active?: number | undefined; readonly per_minute?: number | undefined };
}

type StoredUser = User & { readonly key: KeyHash };

const keyOf = (id: string): { project: string; type: string; id: string } => ({
  project: 'agent-host',
  type: 'users',
  id,
});
/** Keys that were right before, by the etag of their user: scrypt is slow on purpose. */
const PROVEN = 1000;

/** Users and their API keys. A key is shown once, when it is made; what is kept is a hash. */
@Injectable()
export class UsersService {
  private readonly proven = new Set<string>();

  constructor(@InjectRespite(ResourceStore) private readonly resources: ResourceStore) {}

  /**
   * Whose key it is.
   * @throws HostError `KEY_INVALID`, `KEY_EXPIRED`
   */
  async authenticate(key: string): Promise<User> {
    const found = await this.find(userOfKey(key) ?? '-');
    if (found === undefined || !(await this.isRight(key, found))) {
      throw new HostError(
        'KEY_INVALID',
        'This API key is nobody’s. It may have been replaced: ask an admin for a new one.',
      );
    }
    const { key: _, ...user } = found.user;
    if (user.expires !== undefined && user.expires <= Date.now()) {
      const since = new Date(user.expires).toISOString();
      throw new HostError(
        'KEY_EXPIRED',
        `This API key expired at ${since}. An admin makes a new one with POST /users/${user.name}/key.`,
      );
    }
    return user;
  }

  /**
   * Makes a user.
   * @returns his key
   * @throws HostError `USER_EXISTS`
   */
  async create(user: User): Promise<string> {
    const key = makeKey(user.name);
    try {
      await this.resources.putIfMatch(keyOf(user.name), { ...user, key: await hashKey(key) }, '');
    } catch (failure) {
      if (!(failure instanceof RespiteError && failure.code === 'ETAG_MISMATCH')) throw failure;
      throw new HostError('USER_EXISTS', `There is a user "${user.name}": choose another name, or make him a new key.`);
    }
    return key;
  }

  /** Makes a new key; the one before ends at once. */
  async renew(name: string, expires: number | undefined): Promise<string> {
    const found = await this.find(name);
    if (found === undefined) throw unknown(name);
    const { expires: _, ...user } = found.user;
    const key = makeKey(name);
    const renewed = { ...user, ...(expires !== undefined && { expires }), key: await hashKey(key) };
    await this.resources.putIfMatch(keyOf(name), renewed, found.etag);
    return key;
  }

  async delete(name: string): Promise<void> {
    if (!(await this.resources.delete(keyOf(name)))) throw unknown(name);
  }

  async list(): Promise<User[]> {
    const stored = await this.resources.listWithValues('agent-host', 'users');
    return stored.map(({ value }) => {
      const { key: _, ...user } = value as StoredUser; // what create writes
      return user;
    });
  }

  private async find(name: string): Promise<{ user: StoredUser; etag: string } | undefined> {
    try {
      const { value, etag } = await this.resources.get(keyOf(name));
      return { user: value as StoredUser, etag }; // what create writes
    } catch (failure) {
      if (failure instanceof RespiteError && failure.code === 'RESOURCE_NOT_FOUND') return undefined;
      throw failure;
    }
  }

  private async isRight(key: string, { user, etag }: { user: StoredUser; etag: string }): Promise<boolean> {
    const proof = createHash('sha256').update(`${etag} ${key}`).digest('base64');
    if (this.proven.has(proof)) return true;
    if (!(await isKeyOf(key, user.key))) return false;
    if (this.proven.size >= PROVEN) this.proven.clear();
    this.proven.add(proof);
    return true;
  }
}

const unknown = (name: string): HostError =>
  new HostError('USER_UNKNOWN', `There is no user "${name}": list them with GET /users.`);
