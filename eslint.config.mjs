import tseslint from 'typescript-eslint';
import documentedExports from './scripts/lint/documented-exports.cjs';

/** A CommonJS Jest host cannot follow import(). */
const NO_IMPORT_EXPRESSION = {
  selector: 'ImportExpression',
  message: 'A CommonJS Jest host cannot follow import(); load lazily with require().',
};

/** What modules that live by the `Clock` must not ask. */
const ASK_THE_CLOCK =
  'Ask the Clock (src/container/clock.ts; `pause` and `every` beside it): a test must be able to move it.';
const TIMERS = ['setTimeout', 'setInterval'];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'examples/agent-host/', // programs of their own, with settings of their own
      'examples/nestjs-host/',
      'examples/basic/',
      // Compiled against the packed package.
      'test/e2e/types/programs/',
      'coverage/',
      'node_modules/',
      'bench/results/',
      '**/*.cjs',
      '**/*.mjs',
      '**/*.js',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Lazy loading is `require(...)`: import() stays an import() in our CommonJS output, and a CommonJS Jest host
      // cannot follow it. See docs/decisions/0001-module-format.md.
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Commands end with an error by throwing the reply itself: a value, ready-made, without a stack nobody reads.
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'file', name: 'ErrorReply' }] }],
      // It would turn a cast with its reason beside it into `!`, which the style forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `interface X` and `const X` of one name: the interface and its token.
      '@typescript-eslint/no-redeclare': 'off',
      // Numbers are printed as they are; anything else needs String().
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      // `noPropertyAccessFromIndexSignature` wants the brackets this rule forbids.
      '@typescript-eslint/dot-notation': 'off',
      // Empty methods are how an interface says "nothing to do here".
      '@typescript-eslint/no-empty-function': 'off',
      // `async () => void (await x)` makes a promise of nothing.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // An `async` method may exist because its interface promises a promise.
      '@typescript-eslint/require-await': 'off',
      // `_` takes the place of what a loop or a signature must name and nobody needs.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_', argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // A Nest module is a decorated class, often an empty one.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', NO_IMPORT_EXPRESSION],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60 }],
    },
  },
  {
    // A library of Lua's is one function that makes its table; its parts share what the function closes over.
    files: ['src/engine/scripting/lua/library/*.ts', 'src/engine/scripting/register-function.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // The same for what compiled Lua calls: it is made once for an engine, as one closure, because that is fast.
    files: ['src/engine/scripting/lua/{compile,operations,trampoline}.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Longer than the house allows; each is to be taken apart, and then leaves this list.
    files: [
      'src/engine/commands/server/info/sections.ts',
      'src/engine/config/parameter-table.ts',
      'src/engine/execution/script-runner.ts',
      'src/engine/protocol/request-parser.ts',
      'src/engine/scripting/lua/{emit-expressions,emitter,lexer,operations,pattern,table}.ts',
      'src/engine/scripting/lua/library/cmsgpack.ts',
    ],
    rules: { 'max-lines': 'off' },
  },
  {
    // As above, of functions.
    files: ['src/engine/commands/server/memory.ts', 'src/engine/config/parameter-table.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.d.ts'],
    plugins: { house: { rules: { 'documented-exports': documentedExports } } },
    rules: { 'house/documented-exports': 'error' },
  },
  {
    files: ['src/modules/{stores,snapshot,mcp-proxy,temporal}/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...TIMERS.map((name) => ({ name, message: ASK_THE_CLOCK }))],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: ASK_THE_CLOCK },
        { object: 'performance', property: 'now', message: ASK_THE_CLOCK },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:timers', 'node:timers/promises'].map((name) => ({
            name,
            importNames: TIMERS,
            message: ASK_THE_CLOCK,
          })),
        },
      ],
      'no-restricted-syntax': [
        'error',
        NO_IMPORT_EXPRESSION,
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: ASK_THE_CLOCK },
      ],
    },
  },
  {
    // What is measured or waited for here belongs to the machine, whatever time it is for the application: how long a
    // snapshot took, a thread that does not answer, the age of a lock file that other processes look at.
    files: [
      'src/modules/snapshot/{lmdb-snapshot-manager,restore,store/snapshot-store,directory/lock-file}.ts',
      'src/modules/stores/support/store-report.ts',
      'src/modules/temporal/retries.ts',
    ],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': ['error', NO_IMPORT_EXPRESSION],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // jest's asymmetric matchers are typed `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      // Replies of any shape are printed when they differ.
      '@typescript-eslint/no-base-to-string': 'off',
      // `expect(object.method)` is how jest is asked about a method.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
