import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  ErrorReply,
  itemsOf,
  NullArray,
  type Reply,
  Status,
} from '../../../engine';
import type { OwnReply, ReplyVisitor } from '../engine-ways';

/** A reply as the engine keeps it, seen as in RESP2. */
export class EngineReply implements OwnReply {
  constructor(private readonly reply: Reply) {}

  get error(): string | undefined {
    return this.reply instanceof ErrorReply ? textOf(this.reply.text) : undefined;
  }

  get size(): number {
    const items = itemsOf(this.reply);
    if (items !== undefined) return items.length * ITEM_SIZE;
    return typeof this.reply === 'string' ? this.reply.length : 0;
  }

  items(): readonly OwnReply[] | undefined {
    return itemsOf(this.reply)?.map((item) => new EngineReply(item));
  }

  visit(visitor: ReplyVisitor): void {
    visit(this.reply, visitor);
  }
}

/** What an item counts for in the size of its list. */
const ITEM_SIZE = 100;

function visit(reply: Reply, visitor: ReplyVisitor): void {
  const items = itemsOf(reply);
  if (items !== undefined) {
    visitor.begin();
    for (const item of items) {
      // Most are texts.
      if (typeof item === 'string') visitor.text(item);
      else visit(item, visitor);
    }
    visitor.end();
  } else if (typeof reply === 'string') visitor.text(reply);
  else if (typeof reply === 'number' || typeof reply === 'bigint') visitor.number(reply);
  else if (reply === null || reply instanceof NullArray) visitor.nothing();
  else if (reply instanceof Status) visitor.status(reply.text);
  else if (reply instanceof BooleanReply) visitor.number(reply.value ? 1 : 0);
  else if (reply instanceof BigNumberReply) visitor.text(reply.digits);
  else if (reply instanceof AttributeReply) visit(reply.reply, visitor);
  else visitor.text((reply as { readonly text: string }).text); // all others have one
}

/** @param bytes one character per byte */
function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
