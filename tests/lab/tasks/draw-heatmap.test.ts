import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ColumnRange } from '../../../src/lab/found/column-range.ts'
import { drawHeatmap, HEATMAP_CELLS_MAX, type HeatmapInput } from '../../../src/lab/tasks/draw-heatmap.ts'
import type { Heatmap } from '../../../src/lab/lab-desk.ts'

const CONTROL = { isCancelled: () => false, report: () => {} }

type Row = readonly [x: number, y: number, value: number]

function draw(
  rows: readonly Row[],
  within: [x: [number, number], y: [number, number]] | null = null,
): Heatmap {
  const column = (at: 0 | 1 | 2) => Float64Array.from(rows, (row) => row[at])
  const input: Omit<HeatmapInput, 'within'> = {
    ...{ statistic: 'sharpe_ratio', values: column(2), trials: Float64Array.from(rows.keys()) },
    ...{ x: { name: 'fast', column: column(0) }, y: { name: 'slow', column: column(1) } },
  }
  const ranges: ColumnRange[] = (within ?? []).map(([from, to], i) => ({
    ...{ column: i === 0 ? input.x.column : input.y.column, from, to },
  }))
  return drawHeatmap.run({ ...input, within: ranges }, CONTROL) as Heatmap
}

const counted = ({ cells }: Heatmap) => cells.reduce((sum, cell) => sum + (cell?.trials ?? 0), 0)

test.each([
  [5_000, 1],
  [1, 5_000],
  [3_000, 3],
  [60, 3_000],
  [51, 50],
  [300, 300],
])('of %i × %i values there are few enough cells, with every trial in one', (across, down) => {
  const rows: Row[] = []
  for (let x = 0; x < across; x++) for (let y = 0; y < down; y++) rows.push([x / 10, -y, x + y])
  const map = draw(rows)
  expect(map.cells.length).toBe(map.x.length * map.y.length)
  expect(map.cells.length).toBeLessThanOrEqual(HEATMAP_CELLS_MAX)
  expect(map.cells.length).toBeGreaterThan(HEATMAP_CELLS_MAX / 4)
  expect(counted(map)).toBe(across * down)
  expect(map.high).toBe(across + down - 2)
})

test('trials without a value leave their cells empty; of none at all, or of one, there is a map too', () => {
  const none = draw([
    [1, 1, Number.NaN],
    [2, 2, Number.POSITIVE_INFINITY],
  ])
  expect(none.cells).toEqual([null, null, null, null])
  expect(draw([]).cells).toEqual([])
  const one = draw([[3, 4, 0.5]])
  expect([one.cells, one.low, one.high]).toEqual([[{ trial: 0, value: 0.5, trials: 1 }], 0.5, 0.5])
  const same = draw([
    [1, 1, 2],
    [2, 1, 2],
    [1, 1, 2],
  ])
  expect(same.cells).toEqual([
    { trial: 0, value: 2, trials: 2 },
    { trial: 1, value: 2, trials: 1 },
  ])
})

test('going down into a cell finds the same trials, the same best, and at last one of them', () => {
  const value = fc.double({ min: -5, max: 5, noNaN: true })
  const axis = fc.integer({ min: -40_000, max: 40_000 }).map((tick) => tick / 7)
  fc.assert(
    fc.property(fc.array(fc.tuple(axis, axis, value), { minLength: 1, maxLength: 300 }), (rows) => {
      let map = draw(rows)
      for (let depth = 0; map.cells.length > 1; depth++) {
        expect(depth).toBeLessThan(20)
        const at = map.cells.findIndex((cell) => cell?.value === map.high)
        const cell = map.cells[at]!
        const [x, y] = [map.x[at % map.x.length]!, map.y[Math.floor(at / map.x.length)]!]
        // As an address carries it.
        const [fromX, toX, fromY, toY] = [x.from, x.to, y.from, y.to].join(':').split(':').map(Number)
        const down = draw(rows, [
          [fromX!, toX!],
          [fromY!, toY!],
        ])
        expect([counted(down), down.high]).toEqual([cell.trials, cell.value])
        expect(down.cells.some((one) => one?.trial === cell.trial)).toBe(true)
        map = down
      }
      expect(map.cells[0]!.value).toBe(Math.max(...rows.map((row) => row[2])))
    }),
    { numRuns: 40 },
  )
})
