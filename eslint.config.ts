import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** Rules beyond the recommended sets are the house rules of ARCHITECTURE.md that a linter can hold. */
export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'data', 'results', 'coverage'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'src/config.ts alone reads the environment.' },
        ...[
          ['Map', 'groupBy'],
          ['Object', 'groupBy'],
          ['Promise', 'withResolvers'],
          ['Promise', 'try'],
          ['Array', 'fromAsync'],
        ].map(([object, property]) => ({
          ...{ object, property },
          message: 'Node 20, on which an installed package may run, does not have it.',
        })),
      ],
    },
  },
  {
    files: ['src/config.ts', 'tests/**/*.ts', 'scripts/**/*.ts', 'vitest.config.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['tests/{bench,browser,scenarios}/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['public/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        'window document localStorage sessionStorage location history navigator fetch URL URLSearchParams Event CustomEvent DOMParser EventSource AbortController performance MutationObserver IntersectionObserver requestAnimationFrame setTimeout clearTimeout setInterval clearInterval Notification BroadcastChannel console CSS matchMedia htmx HTMLElement FormData Intl Date'
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
    },
  },
)
