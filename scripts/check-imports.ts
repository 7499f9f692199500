/**
 * Who may import whom. The table is the one in ARCHITECTURE.md; a file that reaches past it is named with the line's
 * specifier, and so are files that import each other in a circle. Type-only imports count: a type is knowledge too.
 * Run by `npm run check` and by a test.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

type Rule = 'anything' | readonly string[]

/** A room, and what it may import besides itself: a room's name, or one file of a room. */
const RULES: Record<string, Rule> = {
  core: [],
  'config.ts': ['core'],
  net: ['core'],
  runs: ['core'],
  storage: ['core', 'runs'],
  notify: ['core', 'runs/state.ts', 'runs/summary.ts'],
  market: ['core', 'net'],
  trading: ['core', 'market'],
  llm: ['core'],
  committee: [
    'core',
    'runs/workflow.ts',
    'runs/event.ts',
    'runs/state.ts',
    'runs/summary.ts',
    'market',
    'trading',
    'llm',
  ],
  lab: ['core', 'runs/workflow.ts', 'runs/event.ts', 'runs/state.ts', 'runs/summary.ts', 'market', 'trading'],
  live: [
    'core',
    'runs/workflow.ts',
    'runs/event.ts',
    'runs/state.ts',
    'runs/summary.ts',
    'net',
    'market',
    'trading',
  ],
  web: ['core', 'config.ts', 'runs', ...workflowShapes(), ...marketShapes(), ...tradingShapes()],
  api: ['core', 'config.ts', 'runs', ...workflowShapes(), ...marketShapes(), ...tradingShapes()],
  cli: ['core', 'config.ts', 'runs', ...workflowShapes(), ...marketShapes(), ...tradingShapes()],
  'outside.ts': ['core', 'config.ts', 'net', 'market', 'llm', 'committee/model-choice.ts'],
  'past-decisions.ts': ['core', 'runs', 'storage', 'committee'],
  'past-backtests.ts': ['core', 'runs', 'committee', 'lab/backtest-result.ts', 'trading'],
  'app.ts': 'anything',
  'main.ts': 'anything',
}

/** Schemas and state types of the workflows: what a door must know of a kind. */
function workflowShapes(): string[] {
  const committee = ['decision', 'assessment-input', 'estimate', 'launch-form', 'plan', 'state']
  const lab = [
    'job-inputs',
    'job-fields',
    'job-form',
    'grid-size',
    'backtest-result',
    'trials',
    'honesty-report',
    'lab-state',
    'lab-desk',
    'strategy-catalog',
    'series-facts',
    'csv-upload',
  ]
  return [...committee.map((name) => `committee/${name}.ts`), ...lab.map((name) => `lab/${name}.ts`)]
}

/** Names of statistics and what trades and strategies are described by. */
function tradingShapes(): string[] {
  return ['statistics', 'simulation', 'strategies/strategy', 'plain-rule/rule-commission'].map(
    (name) => `trading/${name}.ts`,
  )
}

function marketShapes(): string[] {
  return ['market/series.ts', 'market/vendor.ts']
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"\n]*(?:\n[^'"]*?)?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g

export function findImportViolations(srcDir: string): string[] {
  const violations: string[] = []
  for (const file of listFiles(srcDir)) {
    const from = nameOf(srcDir, file)
    const room = from.split('/')[0]!
    const rule = RULES[room]
    if (!rule) {
      violations.push(`${from}: ${room} is not a room of the house`)
      continue
    }
    if (rule === 'anything') continue
    for (const target of targetsOf(srcDir, file)) {
      const allowed = [room, ...rule].some((entry) => target === entry || target.startsWith(`${entry}/`))
      if (!allowed) violations.push(`${from} imports ${target}, which ${room} may not`)
    }
  }
  return violations
}

/** Each circle once, as the way around it: `a.ts → b.ts → a.ts`. */
export function findImportCycles(srcDir: string): string[] {
  const files = new Map(listFiles(srcDir).map((file) => [nameOf(srcDir, file), targetsOf(srcDir, file)]))
  const cycles = new Set<string>()
  const done = new Set<string>()
  const way: string[] = []

  function visit(file: string): void {
    const start = way.indexOf(file)
    if (start >= 0) cycles.add(describeCycle(way.slice(start)))
    if (start >= 0 || done.has(file)) return
    way.push(file)
    for (const target of files.get(file) ?? []) visit(target)
    way.pop()
    done.add(file)
  }

  for (const file of [...files.keys()].sort()) visit(file)
  return [...cycles].sort()
}

/** Begins with the first by name, wherever it was entered. */
function describeCycle(files: string[]): string {
  const first = files.indexOf([...files].sort()[0]!)
  const turned = [...files.slice(first), ...files.slice(0, first)]
  return [...turned, turned[0]!].join(' → ')
}

/** The files that `file` imports, by their names below `srcDir`. */
function targetsOf(srcDir: string, file: string): string[] {
  return importsOf(readFileSync(file, 'utf8'))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => nameOf(srcDir, resolve(dirname(file), specifier)))
}

function nameOf(srcDir: string, file: string): string {
  return relative(srcDir, file).split(sep).join('/')
}

function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3]!)
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const src = resolve(import.meta.dirname, '../src')
  const violations = [
    ...findImportViolations(src),
    ...findImportCycles(src).map((cycle) => `a circle of imports: ${cycle}`),
  ]
  for (const violation of violations) console.error(violation)
  process.exitCode = violations.length > 0 ? 1 : 0
}
