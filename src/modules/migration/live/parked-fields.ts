import { bodyOf, plainValue } from '../../../engine/rdb/plain-value';
import { bodyOfPayload, hasTimedFields, payloadOfBody } from '../../../engine/rdb/value-body';
import { MovingKeys } from './moving-keys';

/**
 * As `ParkedDeadlines`, for fields of hashes: none of the target goes by itself, since the source may have put its deadline off.
 * Remembers the hashes that have such fields.
 */
export class ParkedFields {
  readonly keys = new MovingKeys();

  /** @param instead the deadline to give to a field in the place of one, milliseconds since the epoch */
  constructor(private readonly instead: (deadline: number) => number) {}

  /** A value's type byte and body, with deadlines that are not met. */
  body(db: number, key: string, body: Buffer): Buffer {
    const value = hasTimedFields(body) ? plainValue(body) : undefined;
    if (value?.type !== 'hash' || value.deadlines === undefined) return body;
    this.keys.add(db, key);
    return bodyOf({ ...value, deadlines: value.deadlines.map((time) => (time === 0 ? 0 : this.instead(time))) });
  }

  /** The arguments of a change, with deadlines that are not met: a stream of changes has no relative ones. @param name in lower case */
  adjust(db: number, name: string, args: readonly string[]): readonly string[] {
    const [key = ''] = args;
    switch (name) {
      case 'hpexpireat':
        return this.#with(db, key, args, 1);
      case 'hsetex': {
        const option = args.findIndex((word, i) => i > 0 && /^(?:pxat|fields)$/i.test(word));
        return /^pxat$/i.test(args[option] ?? '') ? this.#with(db, key, args, option + 1) : args;
      }
      case 'restore':
        return args.map((word, i) => (i === 2 ? this.#payload(db, key, word) : word));
      default:
        this.keys.follow(db, name, args);
        return args;
    }
  }

  #with(db: number, key: string, args: readonly string[], at: number): readonly string[] {
    this.keys.add(db, key);
    return args.map((word, i) => (i === at ? String(this.instead(Number(word))) : word));
  }

  #payload(db: number, key: string, payload: string): string {
    const bytes = Buffer.from(payload, 'latin1');
    if (!hasTimedFields(bytes)) return payload;
    return payloadOfBody(this.body(db, key, bodyOfPayload(bytes))).latin1Slice();
  }
}
