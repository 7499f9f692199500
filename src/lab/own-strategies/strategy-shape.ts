/** The shape of a strategy that comes from a file, with what may be left out filled in and messages for whoever wrote it. */
import { z } from 'zod'
import { quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import { fillParams } from '../../trading/strategies/fill-params.ts'
import type { Strategy } from '../../trading/strategies/strategy.ts'
import type { StrategyFacts } from '../strategy-catalog.ts'
import { parseConstraint } from '../search/constraint.ts'

const finite = z.number({ error: ({ input }) => `is ${quote(input)}; allowed: a number` })
const text = (max: number) =>
  z
    .string({ error: ({ input }) => `is ${quote(input)}; allowed: text` })
    .trim()
    .min(1, 'is empty')
    .max(max, `is longer than ${max} characters`)
const callable = z.custom<(...values: never[]) => unknown>((value) => typeof value === 'function', {
  error: ({ input }) => (input === undefined ? 'is missing' : `is ${quote(input)}; allowed: a function`),
})

/** A constraint names statistics and parameters in the same breath. */
const TAKEN: ReadonlySet<string> = new Set([...STATISTICS, 'and', 'or', 'not', 'true', 'false'])

const parameterShape = {
  name: text(32)
    .regex(/^[a-z][A-Za-z0-9_]*$/, 'must begin with a small letter and go on with letters, digits or _')
    .refine((name) => !TAKEN.has(name), 'is taken by a statistic or a word of constraints'),
  title: text(80),
  about: text(300),
  min: finite,
  max: finite,
  step: finite.positive('must be above 0'),
  default: finite,
}
const parameter = z.strictObject(parameterShape, { error: refuseUnknown(Object.keys(parameterShape)) })

const factsShape = {
  name: text(48).regex(/^[a-z][a-z0-9-]*$/, 'must be small letters, digits and -, beginning with a letter'),
  title: text(80),
  about: text(500),
  source: z.string({ error: 'must be text' }).max(500).default(''),
  parameters: z.array(parameter, { error: 'must be a list' }).max(20).default([]),
  constraint: text(500).nullable().default(null),
}
const SIGNAL_KEYS = [...Object.keys(factsShape), 'tickers', 'form', 'signals']
const BAR_KEYS = [...Object.keys(factsShape), 'tickers', 'form', 'init', 'next']

const signalStrategy = z.strictObject(
  { ...factsShape, form: z.literal('signals'), tickers: z.literal('one').default('one'), signals: callable },
  { error: refuseUnknown(SIGNAL_KEYS) },
)
const barStrategy = z.strictObject(
  {
    ...factsShape,
    form: z.literal('bars'),
    tickers: z.enum(['one', 'several']).default('one'),
    init: callable,
    next: callable,
  },
  { error: refuseUnknown(BAR_KEYS) },
)

const facts = z.strictObject({
  ...factsShape,
  form: z.enum(['signals', 'bars']),
  tickers: z.enum(['one', 'several']),
})

/** Null for what is not all that is told of a strategy. */
export function parseFacts(value: unknown): StrategyFacts | null {
  return facts.safeParse(value).data ?? null
}

/** What is wrong, with the field that it is about: as it stands in the file. */
export class ShapeError extends Error {
  readonly field: string | null
  constructor(field: string | null, message: string) {
    super(message)
    this.field = field
  }
}

/** Throws `ShapeError` naming the first thing that is wrong. */
export function parseStrategy(value: unknown): Strategy {
  if (value === undefined)
    throw new ShapeError(null, 'exports no strategy: `export default { … }` is missing')
  if (typeof value !== 'object' || value === null)
    throw new ShapeError(null, `its default export is ${quote(value)}; allowed: an object that is a strategy`)
  const { form } = value as { form?: unknown }
  if (form !== 'signals' && form !== 'bars')
    throw new ShapeError('form', `form is ${quote(form)}; allowed: "signals" or "bars"`)
  const parsed = (form === 'signals' ? signalStrategy : barStrategy).safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue!.path[0]
    const path = issue!.path.reduce<string>(
      (shown, part) =>
        typeof part === 'number'
          ? `${shown}[${part}]`
          : shown === ''
            ? String(part)
            : `${shown}.${String(part)}`,
      '',
    )
    throw new ShapeError(field === undefined ? null : String(field), `${path} ${issue!.message}`.trim())
  }
  const strategy = { ...parsed.data, ...bindRules(value) } as unknown as Strategy
  checkParameters(strategy)
  return strategy
}

/** Its functions may call each other by `this`. */
function bindRules(value: object): Record<string, unknown> {
  const rules = Object.entries(value).filter(([, member]) => typeof member === 'function')
  return Object.fromEntries(
    rules.map(([name, rule]: [string, (...values: unknown[]) => unknown]) => [name, rule.bind(value)]),
  )
}

function checkParameters(strategy: Strategy): void {
  const names = strategy.parameters.map(({ name }) => name)
  for (const { name, min, max, default: value } of strategy.parameters) {
    if (names.indexOf(name) !== names.lastIndexOf(name))
      throw new ShapeError('parameters', `parameters: there are two of the name ${quote(name)}`)
    if (min > max) throw new ShapeError('parameters', `parameters: ${name} has min ${min} above max ${max}`)
    try {
      fillParams({ name: strategy.name, parameters: strategy.parameters }, { [name]: value })
    } catch (error) {
      throw new ShapeError(
        'parameters',
        `parameters: the default of ${(error as Error).message.replace('params: ', '')}`,
      )
    }
  }
  if (strategy.constraint === null) return
  try {
    parseConstraint(strategy.constraint, names)
  } catch (error) {
    throw new ShapeError('constraint', (error as Error).message)
  }
}

function refuseUnknown(known: readonly string[]) {
  return (issue: { code?: string; keys?: unknown; input?: unknown }): string | undefined => {
    if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)) {
      const key = String(issue.keys[0])
      return `has a field ${quote(key)} that strategies do not have; ${suggestName(key, known)}`
    }
    return issue.code === 'invalid_type' ? `is ${quote(issue.input)}; allowed: an object` : undefined
  }
}
