import { describe, expect, it } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

interface Page {
  entries: { seq: number; message: string }[]
  next_after_seq: number
}

async function createRunWithLog() {
  const web = await createWebDesk({ logLines: 10 })
  const runId = web.desk.add()
  const step = { type: 'step_started', key: 'k', input_hash: '', node_id: null } as const
  web.desk.emit(runId, { ...step, attempt: 1 })
  web.desk.log(runId, 'taken back', 'k')
  web.desk.emit(runId, { ...step, attempt: 2 })
  for (let count = 2; count <= 30; count++) web.desk.log(runId, `line ${count}`, 'k')
  const page = async (query: string) =>
    (await (await web.request(`/runs/${runId}/logs${query}`)).json()) as Page
  return { web, runId, page }
}

describe('the log of a run', () => {
  it('is given whole, also what the memory does not hold, without what was taken back', async () => {
    const { page } = await createRunWithLog()
    const { entries, next_after_seq } = await page('')
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 29 }, (_, index) => index + 2))
    expect(next_after_seq).toBe(30)
    expect(entries[0]).toEqual({
      seq: 2,
      ts: 1795168800000,
      iso: '2026-11-20T10:00:00.000Z',
      severity: 'INFO',
      source: 'test',
      agent_id: null,
      message: 'line 2',
    })
  })

  it('is given in pages that follow on one another', async () => {
    const { page } = await createRunWithLog()
    const seen: number[] = []
    for (let after = 0; ;) {
      const { entries, next_after_seq } = await page(`?after_seq=${after}&limit=7`)
      if (entries.length === 0) break
      seen.push(...entries.map(({ seq }) => seq))
      after = next_after_seq
    }
    expect(seen).toEqual(Array.from({ length: 29 }, (_, index) => index + 2))
    expect(await page('?after_seq=30')).toEqual({ entries: [], next_after_seq: 30 })
  })

  it('is read from memory where that reaches back far enough', async () => {
    const { web, page } = await createRunWithLog()
    let reads = 0
    web.desk.onRead = () => void reads++
    expect((await page('?after_seq=25')).entries.map(({ seq }) => seq)).toEqual([26, 27, 28, 29, 30])
    expect(reads).toBe(0)
    await page('?after_seq=3')
    expect(reads).toBeGreaterThan(0)
  })

  it('is downloaded as a text file', async () => {
    const { web, runId } = await createRunWithLog()
    const response = await web.request(`/runs/${runId}/logs/download`, { headers: { Accept: 'text/html' } })
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${runId}.log"`)
    const lines = (await response.text()).trimEnd().split('\n')
    expect([lines.length, lines[0]]).toEqual([29, '2026-11-20T10:00:00.000Z INFO  test: line 2'])
  })

  it.each(['severity=WARN', 'limit=0', 'limit=9999', 'after_seq=-1'])('refuses %s', async (query) => {
    const { web, runId } = await createRunWithLog()
    const response = await web.request(`/runs/${runId}/logs?${query}`)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: string }).error).toContain(query.split('=')[0])
  })
})
