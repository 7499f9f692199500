import { rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../src/core/deferred.ts'
import type { StorageFacts } from '../../../src/web/view-models/storage-view.ts'
import { createPageSite } from '../../support/page-site.ts'
import { createRetentionWorld, folderOf } from '../../support/retention-world.ts'
import { settle } from '../../support/manual-clock.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()
const decision = { action: 'BUY', confidence: 0.6, markdown: '# Buy' }
const POST = { method: 'POST', headers: { Accept: 'text/html', Origin: 'http://127.0.0.1:8000' } }

describe('the retention section', () => {
  it('says what is due and why with sizes, what is kept back, and asks before it prunes', async () => {
    const world = await createRetentionWorld({ resultsMaxPerTicker: 1 })
    const [watched, old] = [await world.leave({ ended: 50 }), await world.leave({ ended: 9, chars: 4_000 })]
    await world.leave({ ended: 1 })
    world.manager.watch(watched)
    const site = createPageSite({ desk: world.manager })
    const { $ } = await site.get('/system')
    const section = $('#retention')
    expect(words(section.find('.rules').text())).toContain('20 newest ended runs of each ticker')
    const rows = section
      .find('tbody tr')
      .map((_, row) =>
        $(row)
          .find('th, td')
          .map((_, cell) => words($(cell).text()))
          .get()
          .join(' | '),
      )
      .get()
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(
      /^AAPL 2012-06-29 \| 2026-11-20 01:00 \| AAPL has 1 newer run of its kind \| \d\.\d KB$/,
    )
    expect(section.find(`a[href="/runs/${old}"]`)).toHaveLength(1)
    expect(rows[1]).toBe(
      'AAPL 2012-06-29 | 2026-11-18 08:00 | AAPL has 1 newer run of its kind | somebody looks at it',
    )
    expect(section.find('details form').attr()).toEqual({ method: 'post', action: '/retention/prune' })
    expect(words(section.find('details button').text())).toBe('Delete the files of 1 run')

    await site.request('/retention/prune', POST)
    const after = (await site.get('/system')).$
    expect(words(after('#retention').text())).toContain('Nothing is due')
    expect(words(after('#retention').text())).toContain('Done last: the files of 1 run deleted (')
    expect(after('#retention details')).toHaveLength(0)
    await world.close()
  })

  it('says so where nothing is ever deleted, and what is still to be packed', async () => {
    const world = await createRetentionWorld({ resultsMaxAgeDays: 0 })
    await world.leave({ ended: 900 })
    const site = createPageSite({ desk: world.manager, environment: { RUN_RESULTS_MAX_AGE_DAYS: '0' } })
    const { $ } = await site.get('/system')
    expect(words($('#retention').text())).toMatch(
      /Nothing is ever deleted\..*Nothing is deleted here.*To be packed: 1 run with \d/,
    )
    expect(words($('#retention details button').text())).toBe('Pack them')
    await world.close()
  })

  it('shows that it still looks where looking takes long, and what it found when asked again', async () => {
    const site = createPageSite()
    const looking = createDeferred<void>()
    const { previewPrune } = site.desk
    site.desk.previewPrune = () => looking.promise.then(previewPrune)
    const asked = site.get('/system')
    await settle()
    await site.clock.advance(300)
    const { $ } = await asked
    expect(words($('#retention .pending').text())).toContain('Looking at what is due')
    looking.resolve()
    await settle()
    await site.clock.advance(1_000)
    const again = (await site.get('/system')).$
    expect(words(again('#retention').text())).toContain('Nothing is due')
  })
})

describe('the storage section', () => {
  it('shows room taken and left, and the runs by what is left of their files', async () => {
    const world = await createRetentionWorld({ resultsMaxPerTicker: 2 })
    for (const ended of [4, 3, 30]) await world.leave({ ended })
    await world.manager.prune()
    let measured = 0
    const storage = async (): Promise<StorageFacts> => ({
      at: new Date(world.clock.now()).toISOString(),
      results_bytes: 2_097_152,
      data_bytes: 10_240,
      free_bytes: 3 * 1_073_741_824,
      disk_bytes: 4 * 1_073_741_824,
      ...(measured++, {}),
    })
    const site = createPageSite({ desk: world.manager, storage })
    const { $ } = await site.get('/system')
    const text = words($('#storage').text())
    expect(text).toContain('Results of runs2.0 MB Index and records10.0 KB Free on the disk3.0 GB 25 %')
    expect(text).toContain('Measured 2026-11-20 10:00')
    expect(text).toContain('as written2')
    expect(text).toContain('pruned1')
    expect($('#storage a[href="/runs?files=pruned"]')).toHaveLength(1)
    await site.get('/system')
    expect(measured).toBe(1)
    await world.close()
  })
})

describe('the storage section after a prune', () => {
  it('shows what is left at once, not what was measured before', async () => {
    const world = await createRetentionWorld({ resultsMaxPerTicker: 1 })
    for (const ended of [9, 1]) await world.leave({ ended })
    let bytes = 4_194_304
    const storage = async (): Promise<StorageFacts> => ({
      at: new Date(world.clock.now()).toISOString(),
      ...{ results_bytes: bytes, data_bytes: 0, free_bytes: null, disk_bytes: null },
    })
    const site = createPageSite({ desk: world.manager, storage })
    const told = async () => words((await site.get('/system')).$('#storage').text())
    expect(await told()).toMatch(/4\.0 MB.*pruned0/)
    bytes = 1_048_576
    await site.request('/retention/prune', POST)
    expect(await told()).toMatch(/1\.0 MB.*pruned1/)
    await world.close()
  })
})

describe('the page of a run', () => {
  it('whose folder was removed says what is left', async () => {
    const world = await createRetentionWorld()
    const runId = await world.leave({ ended: 5, decision })
    await rm(folderOf(world, runId), { recursive: true })
    const site = createPageSite({ desk: world.manager })
    const { status, $ } = await site.get(`/runs/${runId}`)
    expect(status).toBe(200)
    expect(words($('#run-header').text())).toContain(
      'The folder of this run was removed from the results directory: its summary and verdict are all that is left.',
    )
    expect(words($('#run-decision').text())).toBe(
      'Decision ▲BUY 0.60 confidence Its reasons went with the run’s folder.',
    )
    expect(site.faults).toEqual([])
    const refused = await site.request(`/runs/${runId}/decision`)
    expect([refused.status, await refused.json()]).toEqual([
      404,
      {
        error: `the folder of run ${runId} is gone: its summary and its verdict, BUY with confidence 0.60, are all that is left`,
      },
    ])
    await world.close()
  })
})
