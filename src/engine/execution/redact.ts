import type { CommandRecord } from '../commands/table';

const REDACTED = '(redacted)';
const SECRET_PARAMETERS = /^(?:requirepass|masterauth|masteruser|tls-key-file-pass|tls-client-key-file-pass)$/i;

/** The arguments of a command with its secrets left out, as logs may show them. */
export function redactedArguments(record: CommandRecord, args: readonly string[]): readonly string[] {
  switch (record.fullName) {
    case 'auth':
      return args.map(() => REDACTED);
    case 'hello':
      return redactAfter(args, (word) => word.toLowerCase() === 'auth', 2);
    case 'migrate':
      return redactAfter(
        redactAfter(args, (word) => word.toLowerCase() === 'auth', 1),
        (word) => word.toLowerCase() === 'auth2',
        2,
      );
    case 'config|set':
      return redactAfter(args, (word) => SECRET_PARAMETERS.test(word), 1);
    case 'acl|setuser':
    case 'acl|deluser':
    case 'acl|getuser':
      return args.map((word, i) => (i === 0 ? word : REDACTED));
    default:
      return args;
  }
}

function redactAfter(args: readonly string[], isMark: (word: string) => boolean, count: number): string[] {
  let left = 0;
  return args.map((word) => {
    if (left > 0) {
      left -= 1;
      return REDACTED;
    }
    if (isMark(word)) left = count;
    return word;
  });
}
