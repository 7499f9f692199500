import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import { SEVERITIES } from '../../src/runs/event.ts'
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

/** Lines 1 to 10: from DEBUG on in turn through all severities, by turns of bull and bear. */
async function createMixedLog() {
  const web = await createWebDesk({ logLines: 4 })
  const runId = web.desk.add()
  for (let n = 1; n <= 10; n++) {
    const severity = SEVERITIES[n % 5]!
    const source = n % 2 ? 'bull' : 'bear'
    const line = { ts: 0, severity, source, agent_id: source, message: `Line ${n}` }
    web.desk.emit(runId, { type: 'log_appended', key: null, entries: [line] })
  }
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
    const [header, log] = (await response.text()).split('\n\n') as [string, string]
    expect(header.split('\n')).toEqual([
      `# Log of ${runId}`,
      '# assessment of AAPL as of 2012-06-29, in_progress; created 2026-11-20T10:00:00.000Z',
      '# Times are UTC. Every line',
    ])
    const lines = log.trimEnd().split('\n')
    expect([lines.length, lines[0]]).toEqual([29, '2026-11-20T10:00:00.000Z INFO  test  line 2'])
  })

  it('is given by severity, source and text, alone and together', async () => {
    const { page } = await createMixedLog()
    const seqs = async (query: string) => (await page(query)).entries.map(({ seq }) => seq)
    expect(await seqs('?severity=WARN')).toEqual([3, 4, 8, 9])
    expect(await seqs('?severity=debug,ERROR')).toEqual([1, 4, 6, 9])
    expect(await seqs('?source=bull')).toEqual([1, 3, 5, 7, 9])
    expect(await seqs('?source=bear,nobody')).toEqual([2, 4, 6, 8, 10])
    expect(await seqs('?source=bear&source=bull&q=LINE+1')).toEqual([1, 10])
    expect(await seqs('?q=BULL')).toEqual([1, 3, 5, 7, 9])
    expect(await seqs('?severity=WARN&source=bear&q=line+4')).toEqual([4])
    expect(await seqs('?severity=&source=&q=')).toHaveLength(10)
  })

  it('goes on past what a filter leaves out', async () => {
    const { page } = await createMixedLog()
    expect(await page('?severity=ERROR&limit=1')).toMatchObject({ entries: [{ seq: 4 }], next_after_seq: 4 })
    expect(await page('?q=nowhere&after_seq=3')).toEqual({ entries: [], next_after_seq: 10 })
    expect(await page('?after_seq=99')).toEqual({ entries: [], next_after_seq: 99 })
  })

  it('is downloaded as the filters leave it, which its header says', async () => {
    const { web, runId } = await createMixedLog()
    const response = await web.request(`/runs/${runId}/logs/download?severity=WARN&source=bear&q=Line`)
    const text = await response.text()
    expect(text).toContain('# Times are UTC. Only: severity WARN, ERROR; source bear; text "line"')
    expect(text.split('\n').filter((line) => line && !line.startsWith('#'))).toHaveLength(2)
    const refused = await web.request(`/runs/${runId}/logs/download?severity=LOUD`)
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: expect.stringContaining('severity is "LOUD"; allowed: one of TRACE') },
    ])
  })

  it('is not read on for who asks for the head of the file alone', async () => {
    const { web, runId } = await createMixedLog()
    const response = await web.request(`/runs/${runId}/logs/download`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('content-disposition')).toContain(`${runId}.log`)
  })

  it('keeps the lines of one entry together in the file', async () => {
    const { web, runId } = await createRunWithLog()
    web.desk.log(runId, 'first\r\nsecond\nthird')
    const text = await (await web.request(`/runs/${runId}/logs/download?q=second`)).text()
    expect(text).toContain('test  first\n    second\n    third\n')
  })

  it.each(['', '/download'])('of a run there is not, or whose files are gone, is 404%s', async (path) => {
    const { web, runId } = await createRunWithLog()
    const unknown = await web.request(`/runs/${runId.replace('000001', '0000ff')}/logs${path}`)
    expect(unknown.status).toBe(404)
    web.desk.state = () => Promise.reject(new NotFoundError(`the files of run ${runId} were pruned`))
    const pruned = await web.request(`/runs/${runId}/logs${path}`)
    expect([pruned.status, await pruned.json()]).toEqual([
      404,
      { error: `the files of run ${runId} were pruned` },
    ])
  })

  it.each(['severity=LOUD', 'source=a,,b', 'limit=0', 'limit=9999', 'after_seq=-1'])(
    'refuses %s',
    async (query) => {
      const { web, runId } = await createRunWithLog()
      const response = await web.request(`/runs/${runId}/logs?${query}`)
      expect(response.status).toBe(400)
      expect(((await response.json()) as { error: string }).error).toContain(query.split('=')[0])
    },
  )
})
