/**
 * What every measurement shares: how a result is said, how samples are summed up, how the table is printed. A
 * measurement that misses a goal is measured once more, and the table says so: on a busy machine one bad round is no
 * finding, two are.
 */

import type { LoopBlock } from './probe.ts'

export type Unit = '×' | '%' | 'ms' | 's' | 'MB'

/** One figure with its goal, an upper bound in the same unit. */
export interface Reading {
  what: string
  value: number
  goal: number
  unit: Unit
  /** The absolute figures behind it. */
  basis: string
}

export interface Outcome {
  readings: Reading[]
  /** The longest time the event loop of the server under test let others wait; null where there was no server. */
  block: (LoopBlock & { during: string }) | null
}

export interface Measurement<Context> {
  /** As `--only` takes it. */
  name: string
  run(context: Context): Promise<Outcome>
}

export interface Finished extends Outcome {
  name: string
  /** The readings of a first try that missed a goal; null where the first try counts. */
  firstTry: Outcome | null
}

/**
 * Measures; when a goal (or `blockGoalMs`) is missed, measures once more and lets the second try count. Of the blocks
 * the shorter one counts: what the product does holds the loop up each time, what the machine does only now and then.
 */
export async function measure<Context>(
  measurement: Measurement<Context>,
  context: Context,
  blockGoalMs: number,
): Promise<Finished> {
  const { name } = measurement
  const first = await measurement.run(context)
  const isMissed = first.readings.some(isBreach) || (first.block !== null && first.block.ms > blockGoalMs)
  if (!isMissed) return { name, firstTry: null, ...first }
  const second = await measurement.run(context)
  const block = first.block && second.block && first.block.ms < second.block.ms ? first.block : second.block
  return { name, firstTry: first, readings: second.readings, block }
}

export function isBreach({ value, goal }: Reading): boolean {
  // A figure that could not be computed is no success.
  return !(value <= goal)
}

/** Runs both sides in turn, `rounds` times, the one that begins changing each time. */
export async function alternate<T>(
  rounds: number,
  left: (round: number) => Promise<T>,
  right: (round: number) => Promise<T>,
): Promise<{ left: T[]; right: T[] }> {
  const samples: { left: T[]; right: T[] } = { left: [], right: [] }
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['left', 'right'] as const) : (['right', 'left'] as const)
    for (const side of order) samples[side].push(await (side === 'left' ? left : right)(round))
  }
  return samples
}

/** The value below which `fraction` of the samples lie (nearest rank). */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length / 2
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function formatTable(finished: readonly Finished[]): string {
  const header = ['', 'what', 'measured', 'goal', 'figures behind it']
  const rows = finished.flatMap(({ readings, firstTry }) =>
    readings.map((reading, i) => [
      isBreach(reading) ? '✗' : '✓',
      reading.what,
      formatValue(reading.value, reading.unit),
      `≤ ${formatValue(reading.goal, reading.unit)}`,
      reading.basis + describeFirstTry(firstTry?.readings[i]),
    ]),
  )
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]!.length), title.length),
  )
  const print = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return [print(header), print(widths.map((width) => '─'.repeat(width))), ...rows.map(print)].join('\n')
}

export function formatValue(value: number, unit: Unit): string {
  const digits = unit === '×' || unit === 's' ? 2 : 1
  return unit === '×' ? `${value.toFixed(digits)}×` : `${value.toFixed(digits)} ${unit}`
}

function describeFirstTry(first: Reading | undefined): string {
  if (!first) return ''
  return ` (second try; the first measured ${formatValue(first.value, first.unit)})`
}
