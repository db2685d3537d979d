const MODULE_NAME = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NAME_LETTERS = 9;

/** The name in a module's id: nine letters of six bits, then ten bits of a version. Redis 7.0: moduleTypeEncodeId. */
export function moduleName(id: bigint): string {
  const letters = Array.from({ length: NAME_LETTERS }, (_, i) => {
    return MODULE_NAME[Number((id >> BigInt(10 + 6 * (NAME_LETTERS - 1 - i))) & 63n)];
  });
  return letters.join('');
}
