import { expect, test } from 'vitest'
import type { EventBody, LogLine } from '../../src/runs/event.ts'
import { createStepRecorder, TEXT_BATCH_MS } from '../../src/runs/step-recorder.ts'
import { createManualClock } from '../support/manual-clock.ts'

const line = (message: string): LogLine => ({
  ts: 0,
  severity: 'INFO',
  source: 'bull',
  agent_id: 'bull',
  message,
})

function createRecorder() {
  const clock = createManualClock()
  const committed: EventBody[] = []
  return { clock, committed, recorder: createStepRecorder('bull:1', clock, (body) => committed.push(body)) }
}

test('a hundred words in a quarter second are one line of the journal', async () => {
  const { clock, committed, recorder } = createRecorder()
  for (let i = 0; i < 100; i++) recorder.append('bull_report', `word ${i} `)
  expect(committed).toEqual([])
  await clock.advance(TEXT_BATCH_MS)
  expect(committed).toHaveLength(1)
  recorder.append('bull_report', 'more')
  await clock.advance(TEXT_BATCH_MS)
  expect(committed.map((body) => body.type)).toEqual(['content_appended', 'content_appended'])
})

test('log lines and texts said in turns are gathered each to its own, in order', () => {
  const { committed, recorder } = createRecorder()
  recorder.log(line('one'))
  recorder.append('bull_messages', 'a')
  recorder.append('bull_report', 'draft')
  recorder.log(line('two'))
  recorder.append('bull_messages', 'b')
  recorder.replace('bull_report', 'final')
  recorder.append('bull_report', '.')
  recorder.flush()
  expect(committed).toEqual([
    { type: 'log_appended', key: 'bull:1', entries: [line('one'), line('two')] },
    { type: 'content_appended', key: 'bull:1', node_id: 'bull_messages', text: 'ab' },
    { type: 'content_replaced', key: 'bull:1', node_id: 'bull_report', text: 'final.' },
  ])
})

test('what comes after the step was left is dropped', async () => {
  const { clock, committed, recorder } = createRecorder()
  recorder.append('bull_report', 'too ')
  recorder.close()
  recorder.append('bull_report', 'late')
  recorder.flush()
  await clock.advance(TEXT_BATCH_MS)
  expect(committed).toEqual([])
})
