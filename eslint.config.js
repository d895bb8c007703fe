import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const markupSinks = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'srcdoc'];

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'node_modules/', 'test/fixtures/forbidden-import/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // a knex query is a thenable that runs only when it is awaited
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
      ],
    },
  },
  {
    files: ['views/browser/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...markupSinks.map((property) => ({
          property,
          message: 'Fill a <template> with textContent.',
        })),
        ...['write', 'writeln'].map((property) => ({ object: 'document', property })),
        { object: 'Math', property: 'random', message: 'Use the random source of crypto/.' },
      ],
      'no-restricted-globals': ['error', 'eval', 'localStorage', 'indexedDB'],
    },
  },
  {
    files: ['crypto/**/*.ts', 'client/**/*.ts', 'server/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use a cryptographic random source.' },
      ],
    },
  },
  {
    files: ['vitest.config.ts', 'test/support/reporter.ts'],
    // vitest looks for default exports
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
