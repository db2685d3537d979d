import type { CommandContext } from '../../execution/command-context';
import { DoubleReply, type Reply } from '../../protocol/reply';
import type { RankRange, SortedSetView } from '../../values/sorted-set';
import { SHARED_BYTES } from '../room';

/** A score, as Redis prints it. */
export function scoreReply({ engine }: CommandContext, score: number): DoubleReply {
  return new DoubleReply(score, engine.formatDouble(score));
}

/** What members are answered with: names alone, names and scores in turn, or pairs of both. */
export type MemberForm = 'names' | 'flat' | 'pairs';

/** WITHSCORES answers pairs in RESP3 and a flat list in RESP2. */
export function memberForm(context: CommandContext, withScores: boolean): MemberForm {
  if (!withScores) return 'names';
  return context.resp === 3 ? 'pairs' : 'flat';
}

/** Bytes of a member with its score in a reply. */
export const SCORED_BYTES = 200;

/** Appends a member to a reply, in a form. */
export function pushMember(
  context: CommandContext,
  reply: Reply[],
  form: MemberForm,
  name: string,
  score: number,
): void {
  if (form === 'names') reply.push(name);
  else if (form === 'flat') reply.push(name, scoreReply(context, score));
  else reply.push([name, scoreReply(context, score)]);
}

/** The members of a range of ranks, in a form. @param reverse from the highest rank on */
export function membersReply(
  context: CommandContext,
  set: SortedSetView,
  range: RankRange,
  reverse: boolean,
  form: MemberForm,
): Reply[] {
  context.reserve(Math.max(0, range.end - range.start) * (form === 'names' ? SHARED_BYTES : SCORED_BYTES));
  const reply: Reply[] = [];
  set.visit(range, reverse, (name, score) => {
    pushMember(context, reply, form, name, score);
  });
  return reply;
}
