import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault } from '../../support/faulty-link.ts'
import { followRun } from '../../support/followed-run.ts'
import { createStory, ending, moment, STORY_PLAN } from '../../support/scripted-story.ts'

/** Loses the second message of each of these types. */
function losing(...types: string[]) {
  const seen = new Map<string, number>()
  const lost: string[] = []
  const fault = ({ type }: { type: string }): Fault => {
    const count = (seen.get(type) ?? 0) + 1
    seen.set(type, count)
    if (!types.includes(type) || count !== 2) return 'pass'
    lost.push(type)
    return 'drop'
  }
  return { fault, lost }
}

test('a client of the documentation gets over a gap in each of the three sequences', async () => {
  const types = ['status_patch_run', 'content_patch_run', 'log_append_run']
  const { fault, lost } = losing(...types)
  const followed = await followRun({ plan: STORY_PLAN, fault })
  const { client, web, runId } = followed
  const story = createStory(web.desk, runId)
  for (let i = 0; i < 3; i++) {
    await story.tell({ what: 'begin', agent: ['market', 'news', 'bull'][i]! })
    await story.tell({ what: 'append', agent: 'market', text: `part ${i} ` })
    await story.tell({ what: 'log', agent: 'market', count: 2 })
    await followed.advance(1_000)
  }
  expect(lost.sort()).toEqual([...types].sort())
  // The third message of each showed the gap, without a look at anything else.
  expect(client.asked.filter((action) => action === 'resync')).toHaveLength(1)
  expect(client.asked.filter((action) => action === 'log_dump')).toHaveLength(2)
  await followed.advance(1_000)
  await followed.expectSameAsRest()
  await story.end('completed')
  await followed.advance(2_000)
  await followed.expectSameAsRest()
  expect(client.decision).toMatchObject({ action: 'BUY', html: '<p><strong>Buy</strong> it</p>\n' })
})

test('whatever is lost, repeated or late, and however often it reconnects, it ends with what REST gives', async () => {
  const faults = fc.array(fc.constantFrom<Fault>('pass', 'pass', 'pass', 'drop', 'twice', 'late'), {
    minLength: 1,
    maxLength: 30,
  })
  const act = fc.oneof(
    { weight: 6, arbitrary: moment.map((told) => ({ moment: told })) },
    { weight: 3, arbitrary: fc.integer({ min: 400, max: 1_200 }).map((advance) => ({ advance })) },
    { weight: 1, arbitrary: fc.constant({ reconnect: true as const }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 30 }), faults, ending, async (acts, planned, end) => {
      let at = 0
      const followed = await followRun({
        plan: STORY_PLAN,
        logLines: 12,
        fault: () => planned[at++ % planned.length]!,
      })
      const story = createStory(followed.web.desk, followed.runId)
      for (const next of acts) {
        if ('moment' in next) await story.tell(next.moment)
        else if ('advance' in next) await followed.advance(next.advance)
        else await followed.reconnect()
      }
      await story.end(end)
      await followed.advance(3_000)
      await followed.heal()
      await followed.expectSameAsRest()
      followed.web.shutdown.abort()
    }),
    { numRuns: Number(process.env.SOCKET_STORIES ?? 25) },
  )
})
