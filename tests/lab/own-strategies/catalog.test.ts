/** The folder of one's own strategies: what is listed, what is wrong and where, and that nothing takes anything from another. */
import { execFile } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createCatalog } from '../../../src/lab/create-catalog.ts'
import { BUILT_IN } from '../../../src/trading/strategies/index.ts'
import { createStrategyFolder, readExamples, signalFile } from '../../support/strategy-folder.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const GOOD = signalFile('good', '    out.fill(1)\n    return 0')

async function look(files: Record<string, string>, limitMs?: number) {
  const folder = await createStrategyFolder(files)
  const catalog = createCatalog({ folder, ...(limitMs !== undefined && { limitMs }) })
  const { strategies, problems } = await catalog.list()
  return { folder, catalog, problems, own: strategies.filter(({ file }) => file !== null) }
}

it('lists the built-in strategies where there is no folder, without starting a thread', async () => {
  const { strategies, problems } = await createCatalog({ folder: '' }).list()
  expect(strategies.map(({ name }) => name)).toEqual([...BUILT_IN.keys()])
  expect(strategies.every(({ ref }) => ref.file === null && ref.hash === null)).toBe(true)
  expect(problems).toEqual([])
})

it('says so where the folder is not there', async () => {
  const folder = join(await createTempDir(), 'nowhere')
  const { strategies, problems } = await createCatalog({ folder }).list()
  expect(strategies).toHaveLength(BUILT_IN.size)
  expect(problems).toEqual([
    { file: 'STRATEGIES_DIR', line: null, message: expect.stringContaining('no such folder') },
  ])
})

it('lists the examples of the documentation, TypeScript as it stands', async () => {
  const examples = readExamples()
  expect(Object.keys(examples)).toEqual(['three-down.ts', 'pullback.ts'])
  const { own, problems, folder } = await look(examples)
  expect(problems).toEqual([])
  expect(own.map(({ name, form, file, tickers }) => ({ name, form, file, tickers }))).toEqual([
    { name: 'pullback', form: 'bars', file: 'pullback.ts', tickers: 'one' },
    { name: 'three-down', form: 'signals', file: 'three-down.ts', tickers: 'one' },
  ])
  expect(own[1]).toMatchObject({ source: '', constraint: null })
  expect(own[1]!.ref).toEqual({
    name: 'three-down',
    file: join(folder, 'three-down.ts'),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(own[1]!.parameters.map(({ name }) => name)).toEqual(['days', 'trend'])
})

/** Of each file, the line to blame and what is said. */
const MISTAKES: Record<string, [text: string, line: number | null, said: RegExp]> = {
  'comma.ts': [
    "const a: number = 1\nexport default {\n  name: 'x'\n  title: 'y',\n}",
    4,
    /SyntaxError: Expected ','/,
  ],
  'comma.mjs': [
    "export default {\n  name: 'x'\n  title: 'y',\n}",
    3,
    /SyntaxError: Unexpected identifier 'title'/,
  ],
  'enum.ts': ['export const a = 1\nenum Side { long }\nexport default {}', 2, /enum is not supported/],
  'throws.ts': [
    'interface A { a: number }\n\nfunction f(): A {\n  throw new TypeError("no luck")\n}\nexport default f()',
    4,
    /^TypeError: no luck$/,
  ],
  'rejects.mjs': ['await null\nthrow new Error("in vain")', 2, /^in vain$/],
  'nothing.ts': ['export const name = "x"', null, /export default .* is missing/],
  'number.ts': ['\nexport default 3', 2, /default export is "3"; allowed: an object/],
  'form.mjs': [
    "export default {\n  name: 'form',\n  form: 'candles',\n}",
    3,
    /form is "candles"; allowed: "signals" or "bars"/,
  ],
  'name.mjs': [signalFile('Mine', 'return 0'), 2, /name must be small letters/],
  'step.mjs': [
    "export default {\n  name: 'step',\n  title: 't',\n  about: 'a',\n  parameters: [\n    { name: 'n', title: 'N', about: 'N.', min: 1, max: 10, step: 'one', default: 1 },\n  ],\n  form: 'signals',\n  signals: () => 0,\n}",
    5,
    /^parameters\[0\]\.step is "one"; allowed: a number$/,
  ],
  'default.mjs': [
    "export default {\n  name: 'default',\n  title: 't',\n  about: 'a',\n  parameters: [{ name: 'n', title: 'N', about: 'N.', min: 1, max: 10, step: 1, default: 11 }],\n  form: 'signals',\n  signals: () => 0,\n}",
    5,
    /default of n is 11; allowed: 1 to 10/,
  ],
  'statistic.mjs': [
    "export default {\n  name: 'statistic',\n  title: 't',\n  about: 'a',\n  parameters: [{ name: 'trades', title: 'N', about: 'N.', min: 1, max: 10, step: 1, default: 1 }],\n  form: 'signals',\n  signals: () => 0,\n}",
    5,
    /taken by a statistic/,
  ],
  'constraint.mjs': [
    "export default {\n  name: 'constraint',\n  title: 't',\n  about: 'a',\n  constraint: 'fast < slow',\n  form: 'signals',\n  signals: () => 0,\n}",
    5,
    /constraint: "fast" is no parameter/,
  ],
  'signal.mjs': [
    "export default {\n  name: 'signal',\n  title: 't',\n  about: 'a',\n  form: 'signals',\n  signal: () => 0,\n}",
    1,
    /signals is missing|field "signal".*did you mean "signals"/,
  ],
  'several.mjs': [
    "export default {\n  name: 'several',\n  title: 't',\n  about: 'a',\n  form: 'signals',\n  tickers: 'several',\n  signals: () => 0,\n}",
    6,
    /^tickers /,
  ],
  'relative.ts': [
    "import { help } from './help.ts'\nexport default help",
    1,
    /imports "\.\/help\.ts": a strategy is one file/,
  ],
  'package.mjs': [
    "\nimport { ta } from 'no-such-package'\nexport default ta",
    2,
    /^Cannot find package 'no-such-package'$/,
  ],
  'exit.mjs': ['process.exit(0)', null, /ended its thread/],
}

describe('a mistake', () => {
  it('is shown with file and line, and takes nothing from the other files', async () => {
    const files = Object.fromEntries(Object.entries(MISTAKES).map(([name, [text]]) => [name, text]))
    const { own, problems, folder } = await look({ ...files, 'good.mjs': GOOD })
    expect(own.map(({ name }) => name)).toEqual(['good'])
    expect(Object.fromEntries(problems.map(({ file, line }) => [file, line]))).toEqual(
      Object.fromEntries(Object.entries(MISTAKES).map(([name, [, line]]) => [name, line])),
    )
    for (const { file, message } of problems) expect(message, file).toMatch(MISTAKES[file]![2])
    expect(JSON.stringify(problems)).not.toContain(folder)
  })

  it('that never ends is ended, and the files after it are looked at', async () => {
    const files = { 'a-loop.mjs': 'for (;;);\nexport default 1', 'b-good.mjs': GOOD }
    const { own, problems } = await look(files, 1_000)
    expect(own.map(({ name }) => name)).toEqual(['good'])
    expect(problems).toEqual([
      { file: 'a-loop.mjs', line: null, message: expect.stringContaining('not loaded within 1 s:') },
    ])
  })

  it('that sends what it should not stops nobody, and passes for no other file', async () => {
    const forged = "{ ended: 0, outcome: { strategy: { name: 'forged' } } }"
    const { own, problems } = await look({
      'a-post.mjs': `import { parentPort } from 'node:worker_threads'
        for (const message of [null, 7, 'x', {}, { ended: 1, outcome: null }, ${forged}]) parentPort.postMessage(message)
        ${signalFile('post', '    return 0')}`,
      'b-good.mjs': GOOD,
    })
    expect(problems).toEqual([])
    expect(own.map(({ name }) => name)).toEqual(['post', 'good'])
  })

  it('is told shortly and without folders, whatever is thrown', async () => {
    const { problems, folder } = await look({
      'long.mjs': "throw new Error('x'.repeat(1e6))",
      'missing.mjs':
        "import { readFileSync } from 'node:fs'\nreadFileSync(import.meta.dirname + '/no/secret.txt')",
      'address.mjs': 'throw new Error(`at ${import.meta.url} from ${process.execPath}`)',
      'late.mjs': 'Promise.reject(new Error(`late ${import.meta.url}`))\nawait new Promise(() => {})',
      'nothing.mjs': "throw { toString() { throw new Error('never') } }",
    })
    expect(problems.map(({ file, message }) => [file, message.slice(-30)])).toEqual([
      ['address.mjs', expect.stringMatching(/^at address.mjs from node/)],
      ['late.mjs', 'ended its thread: late late.mjs'.slice(-30)],
      ['long.mjs', `${'x'.repeat(29)}…`],
      ['missing.mjs', "directory, open 'secret.txt'".padStart(30, 'r ')],
      ['nothing.mjs', expect.stringContaining('nothing that can be read')],
    ])
    expect(JSON.stringify(problems)).not.toContain(folder)
  })

  it.runIf(process.platform !== 'win32')('of what is no file of the folder is told, unread', async () => {
    const folder = await createStrategyFolder({ 'good.mjs': GOOD, 'large.mjs': `//${'x'.repeat(1e6)}` })
    await promisify(execFile)('mkfifo', [join(folder, 'pipe.ts')])
    await symlink('/dev/zero', join(folder, 'device.ts'))
    await symlink(import.meta.filename, join(folder, 'outside.ts'))
    await symlink(join(folder, 'gone.mjs'), join(folder, 'nowhere.ts'))
    await symlink(folder, join(folder, 'round.ts'))
    await mkdir(join(folder, 'inside'))
    await writeFile(join(folder, 'inside', 'linked.mjs'), signalFile('linked', '    return 0'))
    await symlink(join(folder, 'inside', 'linked.mjs'), join(folder, 'link.mjs'))
    const { strategies, problems } = await createCatalog({ folder }).list()
    expect(strategies.flatMap(({ file }) => file ?? [])).toEqual(['good.mjs', 'link.mjs'])
    expect(problems).toEqual([
      { file: 'device.ts', line: null, message: 'it is a link that leads out of the folder' },
      { file: 'large.mjs', line: null, message: 'it is larger than 1000000 bytes' },
      { file: 'nowhere.ts', line: null, message: expect.stringContaining('cannot be read') },
      { file: 'outside.ts', line: null, message: 'it is a link that leads out of the folder' },
      { file: 'pipe.ts', line: null, message: 'it is no file' },
      { file: 'round.ts', line: null, message: 'it is a link that leads out of the folder' },
    ])
  })

  it('of two files that have one name is told of both, and neither is listed', async () => {
    const { own, problems } = await look({
      ...{ 'a.mjs': GOOD, 'b.mjs': GOOD },
      'sma.mjs': signalFile('sma-cross', '    return 0'),
    })
    expect(own).toEqual([])
    expect(problems.map(({ file, message }) => [file, message])).toEqual([
      ['a.mjs', 'the name "good" is taken: b.mjs has it too'],
      ['b.mjs', 'the name "good" is taken: a.mjs has it too'],
      ['sma.mjs', 'the name "sma-cross" is taken: a built-in strategy has it'],
    ])
  })
})

it('looks at a file anew when its content has changed, and forgets one that is gone', async () => {
  const { folder, catalog, own } = await look({ 'good.mjs': GOOD, 'bad.mjs': 'export default' })
  const before = own[0]!.ref.hash
  await writeFile(join(folder, 'good.mjs'), GOOD.replace('A title', 'Another title'))
  await rm(join(folder, 'bad.mjs'))
  const { strategies, problems } = await catalog.list()
  expect(problems).toEqual([])
  expect(strategies.at(-1)).toMatchObject({ name: 'good', title: 'Another title' })
  expect(strategies.at(-1)!.ref.hash).not.toBe(before)
})

describe('looking one up', () => {
  it('finds built-in ones and one’s own, past helpers, other files, and a timer that was left behind', async () => {
    const { catalog, own, problems } = await look({
      ...{
        '_help.mjs': 'nonsense(',
        '.hidden.mjs': 'nonsense(',
        'notes.md': '# notes',
        'types.d.ts': 'nonsense(',
      },
      'good.mjs': `setInterval(() => {}, 1000)\n${GOOD}`,
    })
    expect(own).toHaveLength(1)
    expect(problems).toEqual([])
    expect(await catalog.find('sma-cross')).toMatchObject({ title: 'SMA cross', file: null })
    expect(await catalog.find('good')).toMatchObject({ title: 'A title', file: 'good.mjs' })
  })

  it('names the nearest for one there is not, and what is wrong with a file of that name', async () => {
    const { catalog } = await look({ 'mine.mjs': '\nthrow new Error("not yet")' })
    await expect(catalog.find('sma-crosss')).rejects.toThrow(
      'strategy is "sma-crosss"; did you mean "sma-cross"?',
    )
    await expect(catalog.find('mine')).rejects.toThrow('strategy is "mine"; mine.mjs, line 2: not yet')
  })
})
