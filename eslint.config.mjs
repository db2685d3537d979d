import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'examples/nestjs-host/',
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
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression',
          message: 'A CommonJS Jest host cannot follow import(); load lazily with require().',
        },
      ],
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
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
