/** Why a rule of ACL SETUSER is refused, in Redis' words. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

export const ruleSyntaxError = () => new RuleError('Syntax error');
