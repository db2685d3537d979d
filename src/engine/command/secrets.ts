/** Which arguments of a command line are secrets, by position: no log and no monitor shows them. */
export type Secrets = (args: readonly string[]) => readonly boolean[];

/** Every argument. */
export const allSecret: Secrets = (args) => args.map(() => true);

/** Every argument but the first, the name of a subcommand. */
export const allButSubcommand: Secrets = (args) => args.map((_, position) => position > 0);

/** The arguments behind a word, wherever it stands: `words` gives how many follow each, by the word in lower case. */
export function secretAfter(words: (word: string) => number): Secrets {
  return (args) => {
    let left = 0;
    return args.map((word) => {
      if (left > 0) {
        left -= 1;
        return true;
      }
      left = words(word.toLowerCase());
      return false;
    });
  };
}
