import { RestProblem } from '../command-line';
import type { Outcome } from '../command-runner';
import { OwnReplyJson, replyJson, type TextEncoding } from '../reply-json';

/** The longest answer, in bytes. */
export const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** What is gathered as text before it becomes bytes. */
const GATHERED = 65_536;

/** An answer in JSON, put together outside of V8's heap. */
export class AnswerBytes {
  readonly pieces: Buffer[] = [];
  length = 0;
  #text = '';

  /** @throws RestProblem when it gets too long: what was asked for has run */
  add(text: string): void {
    this.#text += text;
    if (this.#text.length < GATHERED) return;
    this.end();
    if (this.length > MAX_ANSWER_BYTES)
      throw new RestProblem(`the answer is longer than ${String(MAX_ANSWER_BYTES)} bytes; the commands have run`, 413);
  }

  outcome(outcome: Outcome, encoding: TextEncoding): void {
    if ('error' in outcome) {
      this.add(JSON.stringify({ error: outcome.error }));
      return;
    }
    this.add('{"result":');
    if ('own' in outcome) {
      outcome.own.visit(
        new OwnReplyJson(encoding, (text) => {
          this.add(text);
        }),
      );
    } else for (const text of replyJson(outcome.reply, encoding)) this.add(text);
    this.add('}');
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    this.pieces.push(bytes);
    this.length += bytes.length;
  }
}
