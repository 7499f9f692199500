import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import { decodeLine } from '../../src/core/ndjson.ts'
import type { NestedNode } from '../../src/runs/state.ts'
import { publicSummary, type Summary } from '../../src/runs/summary.ts'
import { createWebDesk, type WebDesk } from '../support/web-desk.ts'

async function json<T>({ request }: WebDesk, path: string): Promise<T> {
  return (await (await request(path)).json()) as T
}

describe('the list of runs', () => {
  it('is an array of summaries, newest first, filtered as asked', async () => {
    const web = await createWebDesk()
    const [first, second, third] = [web.desk.add(), web.desk.add({ ticker: 'MSFT' }), web.desk.add()]
    web.desk.complete(second)
    const ids = async (query: string) =>
      (await json<Summary[]>(web, `/runs${query}`)).map((run) => run.run_id)
    expect(await ids('')).toEqual([third, second, first])
    expect(await ids('?status=completed,error')).toEqual([second])
    expect(await ids('?ticker=aapl&kind=assessment&q=&batch=')).toEqual([third, first])
    const { batch_id } = web.desk.summary(first)
    expect(await ids(`?batch=${batch_id}`)).toEqual([first])
  })

  it('sorts as asked, goes back as well as forward, and filters by who thinks, by day and by files', async () => {
    const web = await createWebDesk()
    const [a, b, c] = ['IBM', 'AAPL', 'MSFT'].map((ticker) => web.desk.add({ ticker }))
    const ids = async (query: string) =>
      (await json<Summary[]>(web, `/runs${query}`)).map((run) => run.run_id)
    expect(await ids('?sort=ticker')).toEqual([b, a, c])
    expect(await ids('?sort=ticker&dir=desc&limit=1')).toEqual([c])
    expect(await ids(`?sort=ticker&before=${c}&limit=1`)).toEqual([a])
    expect(await ids('?dir=asc')).toEqual([a, b, c])
    const day = web.desk.summary(a!).created_at.slice(0, 10)
    expect(await ids(`?from=${day}&to=${day}&files=whole,packed&as_of=2012-06-29`)).toHaveLength(3)
    expect(await ids('?to=2020-01-01')).toEqual([])
    expect(await ids('?files=gone')).toEqual([])
    expect(await ids('?by=models')).toEqual([])
    expect(await ids('?verdict=BUY')).toEqual([])
    const link = (await web.request(`/runs?sort=ticker&before=${c}&limit=1`)).headers.get('link')
    expect(link).toBe(`</runs?sort=ticker&limit=1&after=${a}>; rel="next"`)
  })

  it('leads to what is older by a link that keeps the filter', async () => {
    const web = await createWebDesk()
    const ids = [1, 2, 3].map(() => web.desk.add()).reverse()
    const first = await web.request('/runs?ticker=AAPL&limit=2')
    expect(((await first.json()) as Summary[]).map((run) => run.run_id)).toEqual(ids.slice(0, 2))
    const link = first.headers.get('link')!
    expect(link).toBe(`</runs?ticker=AAPL&limit=2&after=${ids[1]}>; rel="next"`)
    const second = await web.request(/<(.*)>/.exec(link)![1]!)
    expect(((await second.json()) as Summary[]).map((run) => run.run_id)).toEqual(ids.slice(2))
    expect(second.headers.get('link')).toBeNull()
  })

  it.each([
    'batch=x',
    'after=x',
    'ticker=a/b',
    'kind=magic',
    'limit=0',
    'limit=501',
    'limit=2.5',
    'limit=1&limit=2',
    'verdict=buy',
    'by=me',
    'from=2026-13-01',
    'as_of=today',
    'files=none',
    'sort=id',
    'dir=down',
    'before=x',
  ])('refuses %s and names it', async (query) => {
    const { request } = await createWebDesk()
    const response = await request(`/runs?${query}`)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: string }).error).toContain(query.split('=')[0])
  })
})

describe('one run', () => {
  const withTree = async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const node = {
      type: 'node_updated',
      node_id: 'market',
      parent_id: null,
      label: 'Market',
      node_type: 'agent',
    } as const
    web.desk.emit(runId, { ...node, status: 'in_progress' })
    web.desk.emit(runId, {
      ...node,
      node_id: 'market_tool_1',
      parent_id: 'market',
      label: 'Bars',
      node_type: 'tool',
    })
    web.desk.emit(runId, { type: 'content_appended', key: 'k', node_id: 'market', text: 'words' })
    return { web, runId }
  }

  it('shows its summary, and with it everything else', async () => {
    const { web, runId } = await withTree()
    const summary = await json<Summary>(web, `/runs/${runId}/status`)
    expect(summary).toEqual(JSON.parse(JSON.stringify(publicSummary(web.desk.summary(runId)))))
    const state = await json<Record<string, unknown>>(web, `/runs/${runId}`)
    expect(state).toMatchObject({
      ...summary,
      decision: null,
      content: { market: 'words' },
      input: { ticker: 'AAPL' },
    })
  })

  it('shows its tree nested', async () => {
    const { web, runId } = await withTree()
    const tree = await json<NestedNode[]>(web, `/runs/${runId}/tree`)
    expect(tree).toMatchObject([
      {
        id: 'market',
        label: 'Market',
        status: 'in_progress',
        children: [{ id: 'market_tool_1', children: [] }],
      },
    ])
  })

  it('gives its journal line by line, each with its checksum, from any number on', async () => {
    const { web, runId } = await withTree()
    const response = await web.request(`/runs/${runId}/journal?after=2`)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await response.text()).trimEnd().split('\n').map(decodeLine)
    expect(lines.map((line) => line.ok && [line.value.seq, line.value.type])).toEqual([
      [3, 'node_updated'],
      [4, 'node_updated'],
      [5, 'content_appended'],
    ])
  })

  it.each(['', '/status', '/tree', '/decision', '/journal', '/logs', '/logs/download'])(
    'that does not exist is not found at %s',
    async (path) => {
      const { request } = await createWebDesk()
      const response = await request(`/runs/AAPL--2026-11-20_10.00.00--ffffff${path}`)
      expect(response.status).toBe(404)
      expect(Object.keys((await response.json()) as object)).toEqual(['error'])
      expect((await request(`/runs/nonsense${path}`)).status).toBe(400)
    },
  )
})

describe('acting on a run', () => {
  it('cancels by either way, again as well, but not once it has completed', async () => {
    const { desk, request } = await createWebDesk()
    const [runId, other] = [desk.add(), desk.add()]
    const cancel = await request(`/runs/${runId}/cancel`, { method: 'POST' })
    expect(cancel.status).toBe(202)
    expect(await cancel.json()).toMatchObject({ run_id: runId, status: 'canceled' })
    expect((await request(`/runs/${runId}`, { method: 'DELETE' })).status).toBe(202)
    desk.complete(other)
    const late = await request(`/runs/${other}`, { method: 'DELETE' })
    expect([late.status, await late.json()]).toEqual([409, { error: `run ${other} is completed already` }])
  })

  it('pauses and resumes, each only where it makes sense', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    const act = async (verb: string) => (await request(`/runs/${runId}/${verb}`, { method: 'POST' })).status
    expect([await act('resume'), await act('pause'), await act('pause'), await act('resume')]).toEqual([
      409, 202, 409, 202,
    ])
  })
})

describe('decisions', () => {
  const decision = { action: 'BUY', markdown: '**Buy** <script>x</script>', confidence: 0.7 }

  it('are not found until there is one, and then served with their Markdown rendered', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    expect((await web.request(`/runs/${runId}/decision`)).status).toBe(404)
    web.desk.emit(runId, { type: 'decision_ready', decision })
    const served = await json<{ html: string }>(web, `/runs/${runId}/decision`)
    expect(served).toMatchObject(decision)
    expect(served.html.trim()).toBe('<p><strong>Buy</strong> </p>')
    expect(await json(web, `/runs/${runId}`)).toMatchObject({ decision: { html: served.html } })
  })

  it('are listed as the latest verdicts, with their run', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    web.desk.emit(runId, { type: 'decision_ready', decision })
    expect(await json(web, '/verdicts?tickers=aapl,msft')).toMatchObject([
      { ticker: 'AAPL', run_id: runId, as_of: '2012-06-29', decision: { action: 'BUY' } },
    ])
    expect(await json(web, '/verdicts?tickers=MSFT')).toEqual([])
    expect((await web.request('/verdicts?tickers=a/b')).status).toBe(400)
  })

  it('whose files are gone are left out of the verdicts, and the others stay', async () => {
    const web = await createWebDesk()
    const [gone, kept] = [web.desk.add(), web.desk.add({ ticker: 'MSFT' })]
    for (const runId of [gone, kept]) web.desk.emit(runId, { type: 'decision_ready', decision })
    const read = web.desk.decision
    web.desk.decision = (runId) =>
      runId === gone ? Promise.reject(new NotFoundError(`there is no run ${gone}`)) : read(runId)
    expect(await json(web, '/verdicts')).toMatchObject([{ run_id: kept }])
  })
})

describe('health', () => {
  it('answers while the process does, and is ready when the desk is', async () => {
    const { desk, request } = await createWebDesk()
    expect(await (await request('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await request('/readyz')).status).toBe(200)
    desk.ready = false
    const waiting = await request('/readyz')
    expect([waiting.status, await waiting.json()]).toEqual([503, { error: 'not ready' }])
  })
})
