/// <reference lib="dom" />
/** Ticked runs: the ticks hold while the list moves under them, and what is done to all that are ticked. */
import { expect, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { createPageSite, type PageSite } from '../support/page-site.ts'

const browser = useBrowser()

const tickedOf = (page: TestPage) =>
  page.$$eval<string[], HTMLInputElement>('[data-tick]', (ticks) =>
    ticks.filter((tick) => tick.checked).map((tick) => tick.value),
  )

/** What came in is shown once the list begins with this run. */
async function untilFirst(site: PageSite, page: TestPage, runId: string): Promise<void> {
  await site.clock.advance(200)
  await page.waitForFunction(
    (id) => document.querySelector<HTMLInputElement>('[data-tick]')?.value === id,
    runId,
  )
}

test('ticks stay with their runs while others come in, and leave the page with them', async () => {
  const site = createPageSite()
  const runs = Array.from({ length: 5 }, (_, i) => site.desk.add({ ticker: `T${i}` })).reverse()
  const page = await browser.open(`${await site.serve()}/runs?limit=4`)
  await page.locator(`[value="${runs[1]}"]`).check()
  await page.locator(`[value="${runs[3]}"]`).check()
  const said = page.locator('#ticked')
  expect(await said.textContent()).toBe('2 ticked')
  await untilFirst(site, page, site.desk.add({ ticker: 'NEW' }))
  expect(await tickedOf(page)).toEqual([runs[1]])
  await page.waitForFunction(() =>
    document.querySelector('#ticked')!.textContent!.includes('can be compared'),
  )
  expect(await said.textContent()).toBe('1 ticked; 2 to 6 can be compared')
  site.desk.emit(runs[1]!, { type: 'run_progress', fraction: 0.5, message: 'on its way' })
  await site.clock.advance(200)
  await page
    .locator('tr', { has: page.locator(`[value="${runs[1]}"]`) })
    .getByText('50 %')
    .waitFor()
  expect(await tickedOf(page)).toEqual([runs[1]])
  expect(page.complaints).toEqual([])
})

test('all that are ticked are canceled once that was confirmed, or compared', async () => {
  const site = createPageSite()
  const [ended, ...working] = Array.from({ length: 3 }, (_, i) => site.desk.add({ ticker: `T${i}` }))
  site.desk.complete(ended!)
  const url = await site.serve()
  const page = await browser.open(`${url}/runs`)
  const cancel = page.locator('[data-bulk=cancel]')
  expect(await cancel.isDisabled()).toBe(true)
  await page.locator('[data-tick-all]').check()
  expect(await tickedOf(page)).toHaveLength(3)

  const asked: string[] = []
  let isSure = false
  page.on('dialog', (dialog) => {
    asked.push(dialog.message())
    return isSure ? dialog.accept() : dialog.dismiss()
  })
  await cancel.click()
  expect(site.desk.asked).toEqual([])
  isSure = true
  await cancel.click()
  await page.locator('.toast', { hasText: '2 runs canceled' }).waitFor()
  expect(asked[1]).toBe(
    'Cancel 2 runs (T2, T1)? What was written so far is kept. 1 run that has ended stays as it is.',
  )
  expect(working.map((runId) => site.desk.summary(runId).status)).toEqual(['canceled', 'canceled'])
  expect(await tickedOf(page)).toEqual([ended])

  await page.locator(`[value="${working[0]}"]`).check()
  await page.locator('[data-bulk=compare]').click()
  await page.waitForURL(/\/runs\/compare\?ids=[^&]+,[^&]+$/)
  expect(await page.locator('h1').textContent()).toBe('Compare 2 runs')
  expect(page.complaints).toEqual([])
})
