import { expect, test } from 'vitest'
import type { Aspect } from '../../../src/runs/change.ts'
import type { RunState } from '../../../src/runs/state.ts'
import { createSeqMemory } from '../../../src/web/sockets/seq-memory.ts'

/** A feed of which a test says what changed. */
function createMemory(maxRuns: number) {
  const changed = new Map<string, number>()
  let revision = 0
  const feed = {
    get revision() {
      return revision
    },
    revisionOf: (runId: string, aspect: Aspect) => changed.get(`${runId} ${aspect}`) ?? 0,
  }
  const memory = createSeqMemory(feed, maxRuns)
  return {
    change: (runId: string, aspect: Aspect) => void changed.set(`${runId} ${aspect}`, ++revision),
    recall: (runId: string, content: RunState['content'] = {}) => memory.recall({ run_id: runId, content }),
    keep: (runId: string, status: number, content: number, isSettled = true) =>
      memory.keep(runId, { status, content }, isSettled),
  }
}

test('numbers go on where they stood, and rise by one for what changed meanwhile', () => {
  const { change, recall, keep } = createMemory(2)
  expect(recall('a')).toEqual({ status: 0, content: 0 })
  expect(recall('a', { market_report: { text: 'one', parts: [] } })).toEqual({ status: 0, content: 1 })
  change('a', 'tree')
  keep('a', 5, 3)
  expect(recall('a')).toEqual({ status: 5, content: 3 })
  change('a', 'content')
  expect(recall('a')).toEqual({ status: 5, content: 4 })
  change('a', 'tree')
  expect(recall('a')).toEqual({ status: 6, content: 4 })
})

test('numbers that were kept before everything was told rise, whatever changed', () => {
  const { change, recall, keep } = createMemory(2)
  change('a', 'tree')
  keep('a', 5, 3, false)
  expect(recall('a')).toEqual({ status: 6, content: 4 })
})

test('a run forgotten for others begins above every number it ever had', () => {
  const { recall, keep } = createMemory(2)
  keep('a', 5, 3)
  keep('b', 40, 2)
  expect(recall('a')).toEqual({ status: 5, content: 3 })
  keep('c', 1, 1)
  expect(recall('a')).toEqual({ status: 6, content: 6 })
  expect(recall('b')).toEqual({ status: 40, content: 2 })
  expect(recall('c')).toEqual({ status: 1, content: 1 })
  keep('a', 7, 6)
  expect(recall('b')).toEqual({ status: 41, content: 41 })
  expect(recall('a')).toEqual({ status: 7, content: 6 })
})

test('what is forgotten is the run that was kept longest ago', () => {
  const { recall, keep } = createMemory(2)
  keep('a', 5, 3)
  keep('b', 4, 2)
  keep('a', 6, 3)
  keep('c', 1, 1)
  expect(recall('a')).toEqual({ status: 6, content: 3 })
  expect(recall('b')).toEqual({ status: 5, content: 5 })
})
