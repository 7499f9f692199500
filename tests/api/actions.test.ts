/** Running again and budgets over HTTP: what is read from a body, what is refused, what reaches the desk. */
import { expect, it } from 'vitest'
import { createWebDesk, type WebDesk } from '../support/web-desk.ts'

const RUN = 'AAPL--2026-11-20_10.00.00--0a1b2c'

async function createDesk() {
  const web = await createWebDesk()
  const asked: unknown[] = []
  web.desk.rerun = async (runId, fromStep) => {
    asked.push({ runId, fromStep })
    return { run_id: RUN, reused_steps: 3, saved_usd: null, saved_ms: 1_200 }
  }
  web.desk.setBudget = async (runId, budget) => {
    asked.push({ runId, budget })
    return web.desk.list({}).runs[0]!
  }
  return { web, asked, runId: await anyRun(web) }
}

async function anyRun({ desk }: WebDesk): Promise<string> {
  const { runs } = await desk.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  return runs[0]!.run_id
}

function post(web: WebDesk, path: string, body: string, type = 'application/json') {
  return web.request(path, { method: 'POST', headers: { 'content-type': type }, body })
}

it('launches again from a step and says what was saved', async () => {
  const { web, asked, runId } = await createDesk()
  const answer = await post(web, `/runs/${runId}/rerun`, '{"from_step":"trader"}')
  expect(answer.status).toBe(202)
  expect(await answer.json()).toEqual({ run_id: RUN, reused_steps: 3, saved_usd: null, saved_ms: 1_200 })
  await post(web, `/runs/${runId}/rerun`, '')
  expect(asked).toEqual([
    { runId, fromStep: 'trader' },
    { runId, fromStep: undefined },
  ])
})

it('sets a bound from JSON or a form, and takes it away', async () => {
  const { web, asked, runId } = await createDesk()
  const path = `/runs/${runId}/budget`
  expect((await post(web, path, '{"usd":2.5}')).status).toBe(202)
  await post(web, path, 'tokens=90000&usd=', 'application/x-www-form-urlencoded')
  await post(web, path, '{"usd":null,"tokens":"none"}')
  expect(asked).toEqual([
    { runId, budget: { usd: 2.5 } },
    { runId, budget: { tokens: 90_000 } },
    { runId, budget: { usd: null, tokens: null } },
  ])
})

it.each([
  ['budget', '{}', 'neither usd nor tokens is given'],
  ['budget', '{"usd":-1}', 'usd is "-1"; it must be a number above 0, at most 1000000, or none'],
  ['budget', '{"usd":"1e99"}', 'usd is "1e99"; it must be a number above 0, at most 1000000, or none'],
  ['budget', '{"usd":2e6}', 'usd is "2000000"; it must be a number above 0, at most 1000000'],
  ['budget', '{"tokens":1.5}', 'tokens is "1.5"; it must be a whole number from 1 to 1000000000, or none'],
  ['budget', '{"budget_usd":3}', 'unknown field "budget_usd"; did you mean "usd"?'],
  ['budget', '{"budget_tokens":3}', 'unknown field "budget_tokens"; did you mean "tokens"?'],
  ['budget', '{"usd":"1e9x"}', 'usd is "1e9x"'],
  ['budget', '{"euro":3}', 'unknown field "euro"'],
  ['rerun', '{"step":"trader"}', 'unknown field "step"'],
  ['rerun', '{"from_step":7}', 'from_step is "7"'],
])('refuses %s of %s', async (verb, body, message) => {
  const { web, asked, runId } = await createDesk()
  const answer = await post(web, `/runs/${runId}/${verb}`, body)
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { error: string }).error).toContain(message)
  expect(asked).toEqual([])
})
