import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  DoubleReply,
  MapReply,
  PushReply,
  SetReply,
  VerbatimReply,
  type Reply,
} from '../../../protocol/reply';
import type { CommandContext } from '../../../execution/command-context';
import { choices } from '../../../command/arguments';
import { error } from '../../../command/errors';

const FALSE = new BooleanReply(false);

/** DEBUG PROTOCOL: one reply of every type, for those who test clients. */
const SAMPLES = choices<Reply>({
  string: 'Hello World',
  integer: 12_345,
  double: new DoubleReply(3.141, '3.141'),
  null: null,
  array: [0, 1, 2],
  set: new SetReply([0, 1, 2]),
  map: new MapReply([0, FALSE, 1, new BooleanReply(true), 2, FALSE]),
  attrib: new AttributeReply(['key-popularity', ['key:123', 90]], 'Some real reply following the attribute'),
  bignum: new BigNumberReply('1234567999999999999999999999999999999'),
  verbatim: new VerbatimReply('txt', 'This is a verbatim\nstring'),
  true: new BooleanReply(true),
  false: FALSE,
});

/** DEBUG PROTOCOL's sample of a type of reply. @throws the error reply for a type that is none */
export function protocolSample({ session }: CommandContext, name: string): Reply {
  const type = name.toLowerCase();
  if (type === 'push') {
    if (session.resp < 3) throw error('RESP2 is not supported by this command');
    session.output.send(new PushReply(['server-cpu-usage', 42]));
    return 'Some real reply following the push reply';
  }
  const sample = SAMPLES.get(type);
  if (sample !== undefined) return sample;
  throw error(
    'Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
  );
}
