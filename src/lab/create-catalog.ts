/**
 * The catalog of strategies: the built-in ones, and those of the user's own folder as its files are now. A file is looked
 * at anew when its content is new, and only then; a mistake in one is told with file and line and takes nothing from the
 * others. Nothing of a file runs in this thread.
 */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { systemClock, type Clock } from '../core/clock.ts'
import { InputError, messageOf, quote } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import { BUILT_IN } from '../trading/strategies/index.ts'
import { hashFile, STRATEGY_EXTENSIONS } from './own-strategies/import-strategy.ts'
import { readOwnFile } from './own-strategies/read-own-file.ts'
import { readFiles } from './own-strategies/read-files.ts'
import type { FileOutcome } from './own-strategies/reader-thread.ts'
import type { StrategyCatalog, StrategyListing, StrategyProblem } from './strategy-catalog.ts'

export interface CatalogOptions {
  /** Of the user's own strategies; nothing for none. Beneath it nothing is looked at but its own files. */
  folder: string
  clock?: Clock
  /** For loading each file. */
  limitMs?: number
}

const LIMIT_MS = 5_000
/** In one folder; the rest is said to have been left out. */
const MAX_FILES = 200

interface OwnFile {
  /** Without its folder. */
  name: string
  file: string
  hash: string
}

type Listed = Awaited<ReturnType<StrategyCatalog['list']>>

export function createCatalog({
  folder,
  clock = systemClock,
  limitMs = LIMIT_MS,
}: CatalogOptions): StrategyCatalog {
  /** By file and hash: what is in the folder now. */
  let known = new Map<string, FileOutcome>()
  let listing: Promise<Listed> | null = null

  async function list(): Promise<Listed> {
    const problems: StrategyProblem[] = []
    const files = folder === '' ? [] : await listFiles(resolve(folder), problems)
    const keyOf = ({ name, hash }: OwnFile) => `${hash} ${name}`
    const fresh = files.filter((file) => !known.has(keyOf(file)))
    const outcomes = fresh.length === 0 ? [] : await readFiles(fresh, { clock, limitMs })
    for (const [index, file] of fresh.entries()) known.set(keyOf(file), outcomes[index]!)
    known = new Map(files.map((file) => [keyOf(file), known.get(keyOf(file))!]))
    const own: StrategyListing[] = []
    for (const file of files) {
      const outcome = known.get(keyOf(file))!
      if ('problem' in outcome) problems.push({ file: file.name, ...outcome.problem })
      else own.push(listOwn(outcome.strategy, file))
    }
    const strategies = [...listBuiltIn(), ...refuseDoubles(own, problems)]
    return { strategies, problems: problems.sort((a, b) => compare(a.file, b.file)) }
  }

  const catalog: StrategyCatalog = {
    list() {
      // Whoever asks while the folder is being looked at is given the same answer.
      listing ??= list().finally(() => (listing = null))
      return listing
    },
    async find(name) {
      const builtIn = BUILT_IN.has(name) ? listBuiltIn().find((one) => one.name === name) : undefined
      if (builtIn) return builtIn
      const { strategies, problems } = await catalog.list()
      const found = strategies.find((one) => one.name === name)
      if (found) return found
      const problem = problems.find(({ file }) => file.replace(/\.[^.]+$/, '') === name)
      const why = problem
        ? `${problem.file}${problem.line === null ? '' : `, line ${problem.line}`}: ${problem.message}`
        : suggestName(
            name,
            strategies.map((one) => one.name),
          )
      throw new InputError('strategy', `strategy is ${quote(name)}; ${why}`)
    },
  }
  return catalog
}

/** Files of the folder in the order of their names. Helpers and tests begin with a dot or `_`, or lie further down. */
async function listFiles(folder: string, problems: StrategyProblem[]): Promise<OwnFile[]> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch {
    problems.push({
      file: 'STRATEGIES_DIR',
      line: null,
      message: 'there is no such folder, or it cannot be read',
    })
    return []
  }
  const names = entries
    .filter((entry) => !entry.isDirectory() && isStrategyName(entry.name))
    .map(({ name }) => name)
    .sort(compare)
  if (names.length > MAX_FILES) {
    const message = `there are ${names.length} files; only the first ${MAX_FILES} by name are looked at`
    problems.push({ file: 'STRATEGIES_DIR', line: null, message })
  }
  const files: OwnFile[] = []
  for (const name of names.slice(0, MAX_FILES)) {
    const file = join(folder, name)
    try {
      files.push({ name, file, hash: hashFile(await readOwnFile(file)) })
    } catch (error) {
      problems.push({ file: name, line: null, message: messageOf(error) })
    }
  }
  return files
}

function isStrategyName(name: string): boolean {
  return STRATEGY_EXTENSIONS.includes(extname(name)) && !/^[._]|\.d\.m?ts$|\.test\.m?[jt]s$/.test(name)
}

function listBuiltIn(): StrategyListing[] {
  return [...BUILT_IN.values()].map(
    ({ name, title, about, source, parameters, constraint, tickers, form }) => ({
      ...{ name, title, about, source, parameters, constraint, tickers, form },
      ...{ file: null, ref: { name, file: null, hash: null } },
    }),
  )
}

function listOwn(
  facts: Extract<FileOutcome, { strategy: unknown }>['strategy'],
  { name, file, hash }: OwnFile,
): StrategyListing {
  return { ...facts, file: name, ref: { name: facts.name, file, hash } }
}

/** Of a name that is taken nobody could tell which strategy it means: none of one's own has it then. */
function refuseDoubles(own: readonly StrategyListing[], problems: StrategyProblem[]): StrategyListing[] {
  return own.filter((one) => {
    const other = own.find((another) => another !== one && another.name === one.name)
    if (!other && !BUILT_IN.has(one.name)) return true
    const holder = other ? `${other.file!} has it too` : 'a built-in strategy has it'
    problems.push({ file: one.file!, line: null, message: `the name ${quote(one.name)} is taken: ${holder}` })
    return false
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
