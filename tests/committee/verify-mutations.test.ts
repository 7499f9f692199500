/**
 * How well the check of figures does: true figures of real reports and of model-like prose made false in six ways, with a
 * fresh seed each time. Prints recall and false alarms; `FIGURE_SEED` repeats a run.
 */
import { randomInt } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import type { Evidence } from '../../src/committee/decision.ts'
import { assess, createSampleAssessment, type Assessed } from '../support/assessments.ts'
import { findFigures, unmatchedFigures } from '../support/figures-of.ts'
import {
  createRandom,
  MUTATIONS,
  mutate,
  statementsOfPassage,
  statementsOfReport,
  type Elsewhere,
  type Mutation,
  type Statement,
} from '../support/figure-mutations.ts'
import { PASSAGES, writePassage } from '../support/model-prose.ts'
import { contentOf } from '../support/run-context.ts'
import { readSampleRows, SAMPLE_TICKERS } from '../support/sample-bars.ts'

const DATES = ['2006-03-31', '2008-10-31', '2010-02-26', '2012-06-29']
/** Of each kind, half of them in reports of the rules and half in model-like prose. */
const MUTATIONS_OF_A_KIND = 300

interface Case {
  name: string
  evidence: readonly Evidence[]
  known: number[]
  /** Reports of the rules and the verdict. */
  reports: string[]
  /** What model-like passages there are for it, all in one text each. */
  statements: { reports: Statement[]; prose: Statement[] }
  prose: string[]
  elsewhere: Elsewhere
}

const seed = Number(process.env['FIGURE_SEED'] ?? randomInt(2 ** 32 - 1))
const random = createRandom(seed)
const cases: Case[] = []

beforeAll(async () => {
  const workflow = createSampleAssessment()
  const held = new Map<string, Promise<Assessed>>()
  const at = (ticker: string, as_of: string) => {
    const key = `${ticker} ${as_of}`
    const assessed = held.get(key) ?? assess(workflow, { ticker, as_of })
    held.set(key, assessed)
    return assessed
  }
  for (const ticker of SAMPLE_TICKERS) {
    const days = readSampleRows(ticker)
      .map(({ date }) => date)
      .sort()
    for (const date of DATES) {
      const day = days.findLastIndex((one) => one <= date)
      const { decision, record } = await at(ticker, date)
      const others = SAMPLE_TICKERS.filter((one) => one !== ticker)
      const elsewhere = {
        days: await Promise.all(
          [day - 1, day + 1].map(async (one) => (await at(ticker, days[one]!)).decision.evidence),
        ),
        tickers: await Promise.all(others.map(async (one) => (await at(one, date)).decision.evidence)),
      }
      const reports = [...record.content.keys()]
        .filter((node) => node.endsWith('_report'))
        .map((node) => contentOf(record, node))
      const { evidence, position } = decision
      const written = PASSAGES.map((passage) => writePassage(passage, evidence, { ticker, date })).filter(
        (one) => one !== null,
      )
      cases.push({
        name: `${ticker} ${date}`,
        evidence,
        known: position.caps.flatMap(({ from, to }) => [from, to]),
        reports,
        prose: written.map(({ text }) => text),
        statements: {
          reports: reports.flatMap((text) => statementsOfReport(text, evidence)),
          prose: written.flatMap((one) => statementsOfPassage(one, evidence)),
        },
        elsewhere,
      })
    }
  }
})

it('lets true figures pass: at most two in a hundred are false alarms', () => {
  const lines: string[] = []
  let figures = 0
  let alarms = 0
  for (const kind of ['reports', 'prose'] as const) {
    let ofKind = 0
    const raised: string[] = []
    for (const one of cases) {
      for (const text of one[kind]) {
        ofKind += findFigures(
          text,
          one.evidence.map(({ label }) => label),
        ).length
        for (const figure of unmatchedFigures(text, one.evidence, one.known))
          raised.push(`${one.name}: ${figure.number} in “${figure.text}”`)
      }
    }
    figures += ofKind
    alarms += raised.length
    lines.push(`  ${kind}: ${raised.length} of ${ofKind} (${percent(raised.length / ofKind)})`)
    if (process.env['FIGURE_DETAIL']) lines.push(...raised.map((line) => `    ${line}`))
    expect(raised.length / ofKind, raised.slice(0, 20).join('\n')).toBeLessThanOrEqual(0.02)
  }
  print(
    `False alarms among ${figures} true figures: ${alarms} (${percent(alarms / figures)})\n${lines.join('\n')}`,
  )
  expect(figures).toBeGreaterThanOrEqual(1_000)
})

interface Tally {
  made: number
  found: number
}

it('finds at least 95 of 100 false figures', () => {
  const tallies = new Map<string, Tally>()
  const missed: string[] = []
  const count = (key: string, isFound: boolean) => {
    const tally = tallies.get(key) ?? { made: 0, found: 0 }
    tallies.set(key, { made: tally.made + 1, found: tally.found + Number(isFound) })
  }
  for (const kind of MUTATIONS) {
    for (const source of ['reports', 'prose'] as const) {
      let made = 0
      for (let tries = 0; made < MUTATIONS_OF_A_KIND / 2; tries++) {
        expect(tries, `enough mutations of ${kind} in ${source}`).toBeLessThan(20_000)
        const outcome = tryOne(kind, source)
        if (outcome === null) continue
        made++
        const { isFound, statement, said } = outcome
        for (const key of [
          'all',
          kind,
          source,
          statement.isCited ? 'cited' : 'uncited',
          `${kind}, ${source}`,
        ])
          count(key, isFound)
        if (!isFound)
          missed.push(
            `${kind}: ${statement.item.label} ${statement.item.value} (${statement.item.unit}) in “${said}”`,
          )
      }
    }
  }
  const rows = [...tallies].map(
    ([key, { made, found }]) =>
      `  ${key.padEnd(18)} ${String(found).padStart(5)} of ${String(made).padStart(5)}  ${percent(found / made)}`,
  )
  const { made, found } = tallies.get('all')!
  print(`Recall of false figures, seed ${seed} (FIGURE_SEED repeats it)\n${rows.join('\n')}`)
  if (process.env['FIGURE_DETAIL']) print(missed.join('\n'))
  expect(made).toBeGreaterThanOrEqual(1_000)
  expect(found / made, `seed ${seed}\n${missed.slice(0, 20).join('\n')}`).toBeGreaterThanOrEqual(0.95)
})

function tryOne(kind: Mutation, source: 'reports' | 'prose') {
  const one = cases[Math.floor(random() * cases.length)]!
  const statements = one.statements[source]
  const statement = statements[Math.floor(random() * statements.length)]!
  const mutated = mutate(statement, kind, one.elsewhere, random)
  if (!mutated) return null
  const { text, start, end } = mutated
  const isFound = unmatchedFigures(text, one.evidence, one.known).some(
    (figure) => figure.start < end && figure.end > start,
  )
  return { isFound, statement, said: text.slice(Math.max(0, start - 60), end + 40).replace(/\s+/g, ' ') }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

function print(text: string): void {
  process.stdout.write(`\n${text}\n`)
}
