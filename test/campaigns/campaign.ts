/** A long test whose dated report is the evidence. `npm run campaign -- NAME [SIZE] [SEED]` runs one. */
export interface Campaign {
  readonly name: string;
  /** What SIZE counts, for the report and the usage text. */
  readonly unit: string;
  /** Full size. */
  readonly defaultSize: number;
  /**
   * Runs to the end.
   * @returns counts for the report; `failures` lists what must not happen, and fails the campaign once they are written
   * @throws at the first thing that must not happen, with its seed
   */
  run(options: { readonly seed: number; readonly size: number }): Promise<Readonly<Record<string, unknown>>>;
}
