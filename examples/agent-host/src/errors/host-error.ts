import { type Code, codes } from './codes';

/** What went wrong, as it is answered, stored with a run and shown on pages. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** Of a definition: every mistake, with its place. */
  readonly problems?: readonly PlacedProblem[];
}

/** A mistake in YAML. */
export interface PlacedProblem {
  /** Where in the document: `steps.1.retry.attempts`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

/** An error that is meant: it has a code, and its message says what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    readonly code: Code,
    message: string,
    readonly problems?: readonly PlacedProblem[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return codes[this.code][0];
  }
}
