import { Dict, type DictEntry } from './dict';
import { OpenParts } from './open-parts';
import { textBytes } from './text-bytes';

/** The few members of a set in use. */
export class OpenMembers extends OpenParts {
  get size(): number {
    return this.parts.length;
  }

  /** Whether they can still be packed with this one. */
  hasRoomFor(member: string): boolean {
    return this.fits(member.length + 1, member.length);
  }

  has(member: string): boolean {
    return this.parts.includes(member);
  }

  add(member: string): boolean {
    if (this.has(member)) return false;
    this.parts.push(member);
    this.changed(member.length + 1);
    return true;
  }

  delete(member: string): boolean {
    const at = this.parts.indexOf(member);
    if (at < 0) return false;
    this.parts.splice(at, 1);
    this.changed(-(member.length + 1));
    return true;
  }

  members(): string[] {
    return this.parts.slice();
  }

  at(index: number): string | undefined {
    return this.parts[index];
  }

  /**
   * The cursor counts down, as that of `Dict` does. A member that is removed moves those behind it to the front, so that
   * some are visited twice but none is missed; the places are the same when the members are packed meanwhile.
   */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    const start = cursor === 0 ? this.size : Math.min(cursor, this.size);
    const end = Math.max(0, start - count);
    for (let at = start - 1; at >= end; at--) visit(this.parts[at] ?? '');
    return end;
  }
}

/** The members of a large set. */
export class MemberTable {
  readonly dict = new Dict<DictEntry>();
  #payload = 0;

  get size(): number {
    return this.dict.size;
  }

  get bytes(): number {
    return 250 + this.#payload + this.size * 84;
  }

  has(member: string): boolean {
    return this.dict.has(member);
  }

  add(member: string): boolean {
    if (this.dict.has(member)) return false;
    this.dict.add({ key: member, index: -1 });
    this.#payload += textBytes(member);
    return true;
  }

  delete(member: string): boolean {
    if (this.dict.delete(member) === undefined) return false;
    this.#payload -= textBytes(member);
    return true;
  }

  /** Removes a member; the others keep their order. @returns whether it was there */
  deleteInOrder(member: string): boolean {
    if (!this.dict.deleteInOrder(member)) return false;
    this.#payload -= textBytes(member);
    return true;
  }

  members(): string[] {
    return this.dict.entries().map((entry) => entry.key);
  }

  at(index: number): string | undefined {
    return this.dict.at(index)?.key;
  }

  scan(cursor: number, count: number, visit: (member: string) => void): number {
    return this.dict.scan(cursor, count, (entry) => {
      visit(entry.key);
    });
  }
}
