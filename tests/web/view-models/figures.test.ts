import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMeasured } from '../../../src/web/view-models/evidence-view.ts'
import { viewProgress, domId } from '../../../src/web/view-models/progress-view.ts'
import { viewDuration, viewWorked } from '../../../src/web/view-models/time-view.ts'
import { createPageDesk, fillDesk } from '../../support/page-desk.ts'

test('a value in the evidence table says what is counted, and shows no unit that the figure itself shows', () => {
  expect(formatMeasured(1_234, 'shares')).toBe('1,234 shares')
  expect(formatMeasured(584, 'price')).toBe('584.00')
  expect(formatMeasured(-4.267, '%')).toBe('−4.27 %')
})

test('a bar stays where a run stopped, is full when it completed, and never leaves 0–100', () => {
  const desk = createPageDesk()
  const { failed, canceled, completed, running } = fillDesk(desk)
  expect(viewProgress(desk.summary(completed)).percent).toBe(100)
  expect(viewProgress(desk.summary(failed)).percent).toBe(desk.summary(failed).overall_progress)
  expect(viewProgress(desk.summary(canceled)).percent).toBeLessThan(100)
  expect(viewProgress({ ...desk.summary(running), overall_progress: 180 }).percent).toBe(100)
  expect(viewProgress({ ...desk.summary(running), overall_progress: null }).percent).toBeNull()
})

test('who works is one name or a count, and a run that rests says where it stopped', () => {
  const desk = createPageDesk()
  const { failed, paused, running } = fillDesk(desk)
  const message = (runId: string, progress_message: string | null) =>
    viewProgress({ ...desk.summary(runId), current_stage: 'Risk', progress_message }, 'bar', 'Risk').message
  expect(message(running, 'Trader')).toBe('Trader')
  expect(message(running, 'Aggressive risk voice, Neutral risk voice')).toBe('Risk: 2 at work')
  expect(message(failed, null)).toBe('stopped at Risk')
  expect(message(paused, 'budget: 0.10 of 0.10 USD')).toBe('stopped at Risk, for its budget')
})

test('an estimate is given only for a run that works', () => {
  const desk = createPageDesk()
  const { paused, running } = fillDesk(desk)
  expect(viewProgress({ ...desk.summary(running), eta_seconds: 75 }).eta).toBe('about 1 min 15 s left')
  expect(viewProgress({ ...desk.summary(paused), eta_seconds: 75 }).eta).toBe('')
})

test('an estimate waits until enough is done, and is as coarse as it is uncertain', () => {
  const desk = createPageDesk()
  const running = desk.summary(fillDesk(desk).running)
  const eta = (eta_seconds: number, overall_progress = 50) =>
    viewProgress({ ...running, eta_seconds, overall_progress }).eta
  expect(eta(30, 9)).toBe('')
  expect(eta(30, 10)).toBe('about 30 s left')
  expect([6, 7, 8, 9, 10].map((seconds) => eta(seconds))).toEqual(Array(5).fill('about 10 s left'))
  expect(eta(56)).toBe('about 1 min 00 s left')
  expect(eta(61)).toBe('about 1 min 15 s left')
  expect(eta(290)).toBe('about 5 min 00 s left')
})

test('work goes on after the last thing heard of it, and ends with the run', () => {
  const desk = createPageDesk()
  const { running, completed } = fillDesk(desk)
  const facts = { execution_ms: 4_000, last_event_at: '2026-11-20T10:00:00.000Z' }
  const now = Date.parse('2026-11-20T10:00:07.000Z')
  expect(viewWorked({ ...desk.summary(running), ...facts }, now)).toEqual({ text: '11 s', tickingMs: 11_000 })
  expect(viewWorked({ ...desk.summary(completed), ...facts }, now)).toEqual({
    text: '4.0 s',
    tickingMs: null,
  })
})

test('DOM ids need no escape in a selector, and differ where the ids they stand for do', () => {
  const id = fc.stringMatching(/^[A-Z0-9^][A-Z0-9.\-^=]{0,14}$/)
  fc.assert(
    fc.property(id, id, (one, other) => {
      expect(domId(one)).toMatch(/^[\w-]+$/)
      if (one !== other) expect(domId(one)).not.toBe(domId(other))
    }),
  )
})

test('a duration that ticks shows whole seconds and says what it counts on from', () => {
  expect(viewDuration(12_345, true)).toEqual({ text: '12 s', tickingMs: 12_345 })
  expect(viewDuration(12_345, false)).toEqual({ text: '12.3 s', tickingMs: null })
  expect(viewDuration(null, true)).toEqual({ text: '', tickingMs: null })
})
