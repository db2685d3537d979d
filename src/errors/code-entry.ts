/** What a code means and what to do about it. */
export interface ErrorCodeEntry {
  readonly means: string;
  readonly remedy: string;
}
