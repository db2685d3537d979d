/** Why a rule of ACL SETUSER is refused, in Redis' words. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** Whether C's isspace, or the end of a text in C, is in a name or pattern. */
export const hasSpace = (text: string): boolean => /[ \t\n\v\f\r\0]/.test(text);

/** A rule that is none. */
export const ruleSyntaxError = (): RuleError => new RuleError('Syntax error');
