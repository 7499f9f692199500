/** The messages of a stream as the real htmx takes them, in a real browser under the real policy. */
import { expect, it } from 'vitest'
import { COALESCE_MS } from '../../../src/web/streams/page-channel.ts'
import { useBrowser } from '../../support/browser.ts'
import { createWebDesk } from '../../support/web-desk.ts'

const browser = useBrowser()

it('updates what changed, appends the log, and disturbs nothing the reader holds', async () => {
  const web = await createWebDesk()
  const runId = web.desk.add()
  web.desk.log(runId, 'first')
  const base = await web.listen()
  const page = await browser.open(`${base}/runs/${runId}`)
  await page.locator('#status input').fill('typed')
  web.desk.emit(runId, { type: 'run_progress', fraction: 0.4, message: 'almost half' })
  web.desk.log(runId, 'second')
  await web.clock.advance(COALESCE_MS)
  await page.getByText('almost half').waitFor()
  await page.getByText('second').waitFor()
  expect(await page.locator('#lines li').allTextContents()).toEqual(['first', 'second'])
  expect(await page.locator('#status input').inputValue()).toBe('typed')
  expect(await page.evaluate('document.activeElement.tagName')).toBe('INPUT')
  web.desk.complete(runId)
  await web.clock.advance(COALESCE_MS)
  await page.getByText('completed').waitFor()
  expect(page.complaints).toEqual([])
})
