/** A heatmap as its chart takes it: cells with where they lead and what they say, the legend, and the form that chooses. */
import type { Heatmap } from '../../../lab/lab-desk.ts'
import type { SearchState } from '../../../lab/lab-state.ts'
import { STATISTICS, type Statistic } from '../../../trading/statistics.ts'
import type { HeatmapInput } from '../../charts/lab/heatmap-chart.ts'
import { trialHref, writeRanges } from '../trials-link.ts'
import { createHeatScale } from './heat-scale.ts'
import { writeCell, type JobAsk } from './job-ask.ts'
import { formatParam } from './params-view.ts'
import { nameInText } from './search-view.ts'
import { formatStatistic, labelStatistic } from './statistics-view.ts'
import { isLargestFirst } from './trials-view.ts'

export interface HeatmapChoice {
  x: string
  y: string
  statistic: Statistic
  /** Where one has drilled down to; null for the whole of it. */
  within: Record<string, [number, number]> | null
}

export interface HeatmapForm {
  action: string
  kept: { name: string; value: string }[]
  fields: { name: string; label: string; options: { value: string; label: string; isChosen: boolean }[] }[]
}

export interface HeatmapView {
  chart: HeatmapInput
  scale: { kind: 'sequential' | 'diverging'; steps: number[]; low: string; middle: string; high: string }
  /** What one should know: that a cell stands for several, that other parameters are at their best. */
  notes: string[]
}

/** The parameters on the axes and what is shown, of which the address may ask for others. Null with fewer than two of them. */
export function chooseHeatmap({ names, maximize }: SearchState, { heatmap }: JobAsk): HeatmapChoice | null {
  if (names.length < 2) return null
  const known = (name: string | null) => (name !== null && names.includes(name) ? name : null)
  const x = known(heatmap.x) ?? names.find((name) => name !== heatmap.y)!
  const y = heatmap.y !== x ? known(heatmap.y) : null
  const up = y ?? names.find((name) => name !== x)!
  const { cell } = heatmap
  const within = { ...heatmap.within, ...(cell && { [x]: cell.x, [up]: cell.y }) }
  const isWhole = Object.keys(within).length === 0
  return { x, y: up, statistic: heatmap.statistic ?? maximize, within: isWhole ? null : within }
}

export function viewHeatmapForm({ names }: SearchState, choice: HeatmapChoice, ask: JobAsk): HeatmapForm {
  const options = (values: readonly string[], chosen: string, labelOf = (value: string) => value) =>
    values.map((value) => ({ value, label: labelOf(value), isChosen: value === chosen }))
  const label = (value: string) => labelStatistic(value as Statistic)
  return {
    action: ask.href({}).split('?')[0]!,
    // Of a cell as ranges by name: the axes may become others.
    kept: [
      ...ask
        .kept('x', 'y', 'stat', 'cell')
        .filter(({ name }) => choice.within === null || !/^(from|to)\./.test(name)),
      ...Object.entries(writeRanges(choice.within ?? {})).map(([name, value]) => ({ name, value })),
    ],
    fields: [
      { name: 'stat', label: 'Statistic', options: options(STATISTICS, choice.statistic, label) },
      { name: 'x', label: 'Across', options: options(names, choice.x) },
      { name: 'y', label: 'Up', options: options(names, choice.y) },
    ],
  }
}

export function viewHeatmap(
  runId: string,
  { names }: SearchState,
  { x, y, statistic }: HeatmapChoice,
  map: Heatmap,
  ask: JobAsk,
  /** The search works: the map is but a glance. */
  isWorking: boolean,
): HeatmapView {
  const values = map.cells.flatMap((cell) => (cell ? cell.value : []))
  const scale = createHeatScale(values)
  const best = findBest(map, statistic)
  const shown = (value: number) => formatStatistic(statistic, value)
  const others = names.filter((name) => name !== x && name !== y)
  const isCoarse = [...map.x, ...map.y].some(({ from, to }) => from !== to)
  const deeper = ask.href({ cell: null, page: null })
  const cells = map.cells.map((cell, i) => {
    if (cell === null) return null
    const atX = map.x[i % map.x.length]!
    const atY = map.y[Math.floor(i / map.x.length)]!
    const isSeveral = atX.from !== atX.to || atY.from !== atY.to
    const href = isSeveral
      ? `${deeper}${deeper.includes('?') ? '&' : '?'}cell=${writeCell({ x: [atX.from, atX.to], y: [atY.from, atY.to] })}#job-heatmap`
      : trialHref(runId, cell.trial)
    const more = isSeveral ? `, best of ${cell.trials}` : ''
    return {
      value: cell.value,
      href,
      words: `${x} ${nameStop(atX)}, ${y} ${nameStop(atY)}: ${shown(cell.value)}${more}`,
    }
  })
  const bestWords = best === null ? 'There is no cell with a value.' : `Best: ${cells[best]!.words}.`
  return {
    chart: {
      id: 'job-heatmap-chart',
      title: `${labelStatistic(statistic)} over ${x} and ${y}`,
      description:
        `${bestWords} Values from ${shown(map.low)} to ${shown(map.high)} in ${values.length} cells; ` +
        'the table of the tries lists them by figure.',
      x: { name: x, labels: map.x.map(nameStop) },
      y: { name: y, labels: map.y.map(nameStop) },
      ...{ cells, best, bounds: scale.bounds, scale: scale.kind, isPlain: isWorking },
    },
    scale: {
      kind: scale.kind,
      steps: Array.from({ length: scale.bounds.length + 1 }, (_, i) => i),
      low: `${map.low < scale.low ? '≤ ' : ''}${shown(scale.low)}`,
      middle: scale.kind === 'diverging' ? '0' : '',
      high: `${map.high > scale.high ? '≥ ' : ''}${shown(scale.high)}`,
    },
    notes: [
      ...(isWorking ? ['Once the search has ended, each cell leads to its try.'] : []),
      ...(isCoarse && !isWorking
        ? ['A cell stands for several tries and shows the best of them; it leads to those.']
        : []),
      ...(others.length > 0
        ? [
            `Of the tries that differ only in ${others.join(', ')}, the one with the best ${nameInText(statistic)} is shown.`,
          ]
        : []),
    ],
  }
}

function nameStop({ from, to }: { from: number; to: number }): string {
  return from === to ? formatParam(from) : `${formatParam(from)}–${formatParam(to)}`
}

function findBest({ cells }: Heatmap, statistic: Statistic): number | null {
  const isLargest = isLargestFirst(statistic)
  let best: number | null = null
  for (const [i, cell] of cells.entries()) {
    if (cell === null) continue
    const than = best === null ? null : cells[best]!.value
    if (than === null || (isLargest ? cell.value > than : cell.value < than)) best = i
  }
  return best
}
