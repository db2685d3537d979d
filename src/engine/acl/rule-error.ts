/** Why a rule of ACL SETUSER is refused, in Redis' words. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

export const ruleSyntaxError = (): RuleError => new RuleError('Syntax error');
