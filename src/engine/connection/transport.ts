/** The bytes' way out: a socket, or the in-memory stream. */
export interface Transport {
  /** Requests are about to be run: what is written until `done` answers them, and comes before what they cause for others. */
  begin?(): void;
  done?(): void;
  /** Sends bytes, given as a latin1 string. Must not run the peer's code before returning. */
  write(bytes: string): void;
  /** Closes after everything written has left. */
  end(): void;
  /** Closes at once: what the peer did not read yet is lost. */
  abort?(): void;
  /** Whether the peer reads too slowly: requests wait until `resume` is called. */
  congested?(): boolean;
  /** Bytes written that have not left yet. */
  unsent?(): number;
  /** What was held back has been written: more may be read, unless the peer still reads too slowly. */
  relieved?(): void;
}
