import { Linter, type Rule } from 'eslint';
import { parser } from 'typescript-eslint';

const rule = require('../../../scripts/lint/documented-exports.cjs') as Rule.RuleModule; // CommonJS without types

/** Names that the rule finds without documentation. */
function undocumented(code: string): string[] {
  const messages = new Linter().verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser: parser }, // typescript-eslint types it by its own version
      plugins: { house: { rules: { 'documented-exports': rule } } },
      rules: { 'house/documented-exports': 'error' },
    },
    'file.ts',
  );
  return messages.map(({ message }) => /"(.*)"/.exec(message)?.[1] ?? message);
}

describe('every export says what it is for', () => {
  it.each([
    ['a function', 'export function f(): void {}', ['f']],
    ['an interface', 'export interface I {}', ['I']],
    ['a class below its decorator', '@d export class C {}', ['C']],
    ['an ordinary comment', '// A function.\nexport function f(): void {}', ['f']],
    ['an empty comment', '/** */\nexport function f(): void {}', ['f']],
    ['a definition without a summary', "export const get = defineCommand({ name: 'get' });", ['get']],
    ['constants after an empty line', '/** One. */\nexport const A = 1;\n\nexport const B = 2;', ['B']],
    ['a function below a constant', '/** One. */\nexport const A = 1;\nexport function f(): void {}', ['f']],
  ])('%s is found', (_case, code, expected) => {
    expect(undocumented(code)).toEqual(expected);
  });

  it.each([
    ['a comment above it', '/** Does it. */\nexport function f(): void {}'],
    ['a comment above the decorator', '/** A thing. */\n@d\nexport class C {}'],
    ['the summary of a command', "export const get = defineCommand({ summary: 'Answers a value.' });"],
    ['the summary of what a container is made of', "export const c = container(named({ summary: 'Helps.' }));"],
    ['a list of constants below one comment', '/** Sizes. */\nexport const A = 1;\nexport const B = 2;'],
    ['the contract of a token', '/** A contract. */\nexport interface T {}\n\nexport const T = token<T>();'],
    ['an export of what another file documents', "export { a } from './a';"],
  ])('%s is enough', (_case, code) => {
    expect(undocumented(code)).toEqual([]);
  });
});
