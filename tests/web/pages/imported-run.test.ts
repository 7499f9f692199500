import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { sha256Stream } from '../../../src/core/json.ts'
import { decodeLine, encodeLine } from '../../../src/core/ndjson.ts'
import type { RunEvent } from '../../../src/runs/event.ts'
import { foldAll } from '../../../src/runs/fold.ts'
import { summarize } from '../../../src/runs/summarize.ts'
import { renderResultFiles } from '../../../src/storage/result-files.ts'
import { formatLogFiles } from '../../../src/storage/run-logs.ts'
import { createSampleAssessment } from '../../support/assessments.ts'
import { createCarryingDesk } from '../../support/carrying-desk.ts'
import { HOSTILE } from '../../support/page-desk.ts'
import { createPageSite } from '../../support/page-site.ts'
import { forgeBundle } from '../../support/zip-maker.ts'

/** Puts harmful text wherever the committee wrote prose, and makes everything else fit it, as one who knows how would. */
function poison(bytes: Buffer): Promise<Buffer> {
  return forgeBundle(bytes, async (files) => {
    const lines = files.get('journal.ndjson')!.toString().trimEnd().split('\n')
    const hash = sha256Stream()
    const events = lines.map((line) => {
      const decoded = decodeLine(line) as { value: Record<string, unknown> }
      const event = spoil(decoded.value, hash.copy().digest('hex'))
      hash.update(encodeLine(event))
      return event as unknown as RunEvent
    })
    files.set('journal.ndjson', Buffer.from(events.map((event) => encodeLine(event)).join('')))
    const workflow = createSampleAssessment()
    const state = foldAll(workflow, events, { logLines: 250 })!
    const manifest = JSON.parse(files.get('manifest.json')!.toString()) as object
    const summary = summarize(workflow, state)
    files.set(
      'manifest.json',
      Buffer.from(JSON.stringify({ ...manifest, summary, decision: state.decision })),
    )
    const { evidence } = state.decision as { evidence: unknown }
    files.set('evidence.json', Buffer.from(`${JSON.stringify(evidence, null, 2)}\n`))
    for (const [path, text] of renderResultFiles(state)) files.set(path, Buffer.from(text))
    let [all, agents] = ['', '']
    for await (const text of formatLogFiles(() => toAsync(events))) {
      all += text.all
      agents += text.agents
    }
    files.set('artifacts/run.log', Buffer.from(all))
    files.set('message_tool.log', Buffer.from(agents))
  })
}

async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- events of every type
function spoil(event: any, journalHash: string): Record<string, unknown> {
  switch (event.type) {
    case 'content_replaced':
    case 'content_appended':
      return { ...event, text: `${HOSTILE}\n\n[x](javascript:alert(1))\n\n${event.text}` }
    case 'log_appended':
      return {
        ...event,
        entries: event.entries.map((line: object) => ({ ...line, message: HOSTILE, source: HOSTILE })),
      }
    case 'decision_ready': {
      const { decision } = event
      const rationale = decision.rationale.map((item: object) => ({ ...item, text: HOSTILE }))
      const evidence = decision.evidence.map((item: object) => ({ ...item, label: HOSTILE, tool: HOSTILE }))
      const provenance = { ...decision.provenance, journal_hash: journalHash, vendor: HOSTILE }
      const texts = {
        summary: HOSTILE,
        markdown: `${HOSTILE}\n\n[x](javascript:alert(1))`,
        raw_text: HOSTILE,
      }
      return { ...event, decision: { ...decision, ...texts, rationale, evidence, provenance } }
    }
    default:
      return event
  }
}

describe('the page of an imported run', () => {
  it('says when it came, offers its bundle, and shows the rest as if it had run here', async () => {
    const from = await createCarryingDesk()
    const runId = await from.run({ ticker: 'AAPL', as_of: '2012-06-29' })
    const there = await createCarryingDesk()
    await there.clock.advance(3_600_000)
    await there.importBytes(await from.exportBytes(runId))
    const { get } = createPageSite({ desk: there.manager })
    const { $ } = await get(`/runs/${runId}`)
    expect($('.facts').text()).toContain('imported')
    expect($('.facts time[datetime="2026-11-20T11:00:00.000Z"]')).toHaveLength(1)
    expect($(`a[href="/runs/${runId}/export"]`).text()).toBe('Export bundle (.zip)')
    expect(
      (await createPageSite({ desk: from.manager }).get(`/runs/${runId}`)).$('.facts').text(),
    ).not.toContain('imported')
    const form = (await get('/runs')).$('form[action="/runs/import"]')
    expect([form.attr('method'), form.attr('enctype')]).toEqual(['post', 'multipart/form-data'])
    expect(form.find('input[type="file"][name="bundle"]')).toHaveLength(1)
  })

  it('shows harmful text of a bundle in which all fits together as text: hashes do not say who made it', async () => {
    const from = await createCarryingDesk()
    const runId = await from.run({ ticker: 'AAPL', as_of: '2012-06-29' })
    const there = await createCarryingDesk()
    await there.importBytes(await poison(await from.exportBytes(runId)))
    const site = createPageSite({ desk: there.manager })
    const paths = ['', '?node=market', '?node=bull', '?node=portfolio_manager']
    for (const path of paths) {
      const { status, html } = await site.get(`/runs/${runId}${path}`)
      expect(status).toBe(200)
      const $ = load(html)
      expect($('main [onerror], main img[src="x"], main a[href^="javascript:"]')).toHaveLength(0)
      expect($('main script:not([src])')).toHaveLength(0)
      expect(html).not.toContain('<script>alert')
    }
    expect(site.faults).toEqual([])
    const decision = await site.request(`/runs/${runId}/decision`)
    const { html } = (await decision.json()) as { html: string }
    expect(load(html)('script, [onerror], a[href^="javascript:"]')).toHaveLength(0)
    expect(load((await site.get(`/runs/${runId}`)).html)('main').text()).toContain('alert("x")')
  })

  it('says of one that cannot be exported nothing of a bundle', async () => {
    const site = createPageSite()
    const runId = site.desk.add()
    expect((await site.get(`/runs/${runId}`)).$('a[href$="/export"]')).toHaveLength(0)
  })
})
