/** A folder of one's own strategies, and the examples of the documentation as files in it. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTempDir } from './temp-dir.ts'

/** Files by name; returns the folder. */
export async function createStrategyFolder(files: Record<string, string>): Promise<string> {
  const folder = await createTempDir('strategies')
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

/** The documented examples by the names of their files. */
export function readExamples(): Record<string, string> {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'strategies.md'), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/```ts\n(\/\/ ([a-z-]+\.ts):[\s\S]*?)```/g)].map(([, code, name]) => [name!, code!]),
  )
}

/** A strategy as a file, `peeks`, whose signals are of prices `ahead` bars later: 0 to 5. */
export const PEEKING_FILE = {
  'peeks.mjs': signalFile(
    'peeks',
    '    const { close } = columns\n' +
      '    for (let i = 1; i + params.ahead < close.length; i++) out[i] = close[i + params.ahead] > close[i - 1] ? 1 : 2\n' +
      '    return 1',
    "[{ name: 'ahead', title: 'Ahead', about: 'Bars.', min: 0, max: 5, step: 1, default: 1 }]",
  ),
}

/** A strategy of signals as a file: `body` is what `signals` does with `columns`, `params` and `out`. */
export function signalFile(name: string, body: string, parameters = '[]'): string {
  return [
    'export default {',
    `  name: '${name}',`,
    "  title: 'A title',",
    "  about: 'About it.',",
    "  form: 'signals',",
    '  signals(columns, params, out) {',
    body,
    '  },',
    `  parameters: ${parameters},`,
    '}',
    '',
  ].join('\n')
}
