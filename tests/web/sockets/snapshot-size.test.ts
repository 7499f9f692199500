import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendedJsonBytes, jsonBytes } from '../../../src/web/sockets/json-size.ts'
import { createToldRun } from '../../../src/web/sockets/told-run.ts'
import { createScriptedDesk } from '../../support/scripted-desk.ts'
import { createStory, ending, moment, STORY_PLAN } from '../../support/scripted-story.ts'

test('what a snapshot would take is known to the byte without making one, at every step', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { maxLength: 40 }), ending, async (moments, end) => {
      const desk = createScriptedDesk({ plan: STORY_PLAN })
      const runId = desk.add()
      const workflow = desk.workflows.get('assessment')!
      const told = createToldRun(workflow, await desk.state(runId), 'abcd1234', { status: 0, content: 0 })
      const story = createStory(desk, runId)
      const check = async () => {
        const state = await desk.state(runId)
        told.advanceTree(state)
        while (told.advanceContent(state) !== null) continue
        told.advanceStatus(state)
        const { last_seq } = state.log
        expect(told.snapshotBytes(last_seq)).toBe(Buffer.byteLength(JSON.stringify(told.snapshot(last_seq))))
      }
      await check()
      for (const next of moments) {
        await story.tell(next)
        await check()
      }
      await story.end(end)
      await check()
    }),
    { numRuns: 60 },
  )
})

test('a text may be cut anywhere, in the middle of a character as well', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '"', '\n', '\u2028', '\ud83d', '\ude00', '\ud800'), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(text, text, (before, added) => {
      const [head, tail] = [before.join(''), added.join('')]
      expect(appendedJsonBytes(jsonBytes(head), head, tail)).toBe(jsonBytes(head + tail))
    }),
  )
})
