/** Something that is to be said about a data directory. */
export interface Finding {
  /** A name that stays, for programs. */
  readonly finding: string;
  /** `problem`: it would stop the next start, or cost something there. `note`: it would not. */
  readonly weight: 'problem' | 'note';
  /** What is the matter, in a sentence. */
  readonly what: string;
  /** What to do, in a sentence; empty when nothing need be done. */
  readonly remedy: string;
}

/** What would stop the next start, or cost something there. */
export function problem(finding: string, what: string, remedy: string): Finding {
  return { finding, weight: 'problem', what, remedy };
}

/** What is worth knowing. */
export function note(finding: string, what: string, remedy = ''): Finding {
  return { finding, weight: 'note', what, remedy };
}
