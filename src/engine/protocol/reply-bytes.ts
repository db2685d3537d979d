import { AttributeReply, itemsOf, type Reply } from './reply';

/** Of a list, without its items; and each item's place. */
const LIST_BYTES = 48;
const ITEM_BYTES = 8;
/** Of a text, a number that is no small one, or another object, beside its characters. */
const OBJECT_BYTES = 24;

/** What a reply takes in V8's heap at most, about: its texts may be those of keys. */
export function replyBytes(reply: Reply): number {
  if (typeof reply === 'string') return OBJECT_BYTES + reply.length;
  if (typeof reply !== 'object' || reply === null) return OBJECT_BYTES;
  const items = itemsOf(reply);
  if (items !== undefined) return listBytes(items);
  if (reply instanceof AttributeReply) return listBytes(reply.attributes) + replyBytes(reply.reply);
  return OBJECT_BYTES + ('text' in reply ? reply.text.length : 0);
}

function listBytes(items: readonly Reply[]): number {
  let bytes = LIST_BYTES + ITEM_BYTES * items.length;
  for (const item of items) if (typeof item !== 'number') bytes += replyBytes(item);
  return bytes;
}
