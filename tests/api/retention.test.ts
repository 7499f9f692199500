import { expect, it } from 'vitest'
import type { PrunePreview } from '../../src/runs/prune-report.ts'
import { createPageSite } from '../support/page-site.ts'
import { createRetentionWorld } from '../support/retention-world.ts'

const decision = { action: 'BUY', confidence: 0.6, markdown: '# Buy' }

async function createSite() {
  const world = await createRetentionWorld({ resultsMaxPerTicker: 2, resultsMaxAgeDays: 2 })
  const old = await world.leave({ ended: 60, decision })
  const watched = await world.leave({ ended: 59 })
  const kept = await world.leave({ ended: 30, status: 'error' })
  world.manager.watch(watched)
  const site = createPageSite({ desk: world.manager })
  const json = async (path: string, init?: RequestInit) => {
    const response = await site.request(path, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { world, site, json, old, watched, kept }
}

it('says what would go, why, how much that frees, and what is kept back', async () => {
  const { world, json, old, watched, kept } = await createSite()
  const { status, body } = await json('/retention')
  const settings = { max_per_ticker: 2, max_age_days: 2, pack_after_hours: 24, interval_seconds: 300 }
  const preview = body as unknown as PrunePreview
  expect([status, preview.settings]).toEqual([200, settings])
  expect(preview.due).toMatchObject([
    { run_id: old, ticker: 'AAPL', status: 'completed', reason: 'ended more than 2 days ago' },
  ])
  expect(preview.kept).toMatchObject([{ run_id: watched, kept_because: 'watched' }])
  expect(preview.to_pack).toMatchObject([{ run_id: kept, ticker: 'AAPL' }])
  expect(preview.freed_bytes).toBe(preview.due[0]!.bytes)
  expect(preview.freed_bytes).toBeGreaterThan(500)
  expect(preview.pack_bytes).toBe(preview.to_pack[0]!.bytes)
  await world.close()
})

it('prunes when posted to, after which the verdict and the history of the run still stand', async () => {
  const { world, site, json, old, kept } = await createSite()
  const { body: preview } = await json('/retention')
  const { status, body } = await json('/retention/prune', { method: 'POST' })
  expect(status).toBe(200)
  expect([body.pruned, body.kept, body.freed_bytes]).toEqual([preview.due, preview.kept, preview.freed_bytes])
  expect(body.packed).toMatchObject([{ run_id: kept }])
  expect((await json(`/runs/${old}/decision`)).body).toMatchObject(decision)
  expect((await json(`/runs/${old}/status`)).body).toMatchObject({ run_id: old, status: 'completed' })
  expect((await json('/verdicts')).body).toMatchObject([{ run_id: old, decision }])
  expect((await json('/runs')).body).toHaveLength(3)
  expect(await json(`/runs/${old}`)).toMatchObject({
    status: 404,
    body: { error: `the files of run ${old} were pruned; its decision may still be kept` },
  })
  // What was packed is served as before.
  expect((await json(`/runs/${kept}`)).body).toMatchObject({ run_id: kept, status: 'error', seq: 4 })
  const journal = await site.request(`/runs/${kept}/journal`)
  expect((await journal.text()).trim().split('\n')).toHaveLength(4)
  expect(await (await site.request(`/runs/${kept}/logs/download`)).text()).toContain('working for 200')
  await world.close()
})

it('leads a browser back to the page, and is refused to another site', async () => {
  const { world, site } = await createSite()
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' }
  const own = { ...form, Origin: 'http://127.0.0.1:8000' }
  const foreign = { ...form, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  const refused = await site.request('/retention/prune', { method: 'POST', headers: foreign })
  expect([refused.status, world.manager.lastPrune]).toEqual([403, null])
  const answer = await site.request('/retention/prune', { method: 'POST', headers: own })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/system#retention'])
  expect(world.manager.lastPrune?.pruned).toHaveLength(1)
  await world.close()
})
