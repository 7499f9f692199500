import fc from 'fast-check'
import { expect, it } from 'vitest'
import { collectLog } from '../../src/runs/log-view.ts'
import { createScriptedDesk } from '../support/scripted-desk.ts'

it('gives the log the state has, however often steps were repeated', async () => {
  const action = fc.oneof(
    fc.record({ type: fc.constant('log' as const), key: fc.constantFrom('a', 'b', null) }),
    fc.record({ type: fc.constant('repeat' as const), key: fc.constantFrom('a', 'b') }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const desk = createScriptedDesk({ logLines: 1_000 })
      const runId = desk.add()
      const attempts: Record<string, number> = {}
      for (const [index, { type, key }] of actions.entries()) {
        if (type === 'log') desk.log(runId, `line ${index}`, key)
        else {
          attempts[key] = (attempts[key] ?? 0) + 1
          desk.emit(runId, {
            type: 'step_started',
            key,
            input_hash: '',
            node_id: null,
            attempt: attempts[key],
          })
        }
      }
      expect(await collectLog(desk.events(runId))).toEqual((await desk.state(runId)).log.entries)
    }),
  )
})
