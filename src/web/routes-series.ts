/** The form that brings in a price file: a browser is sent to the form of a job on its bars, or shown what is wrong with it. */
import { Hono } from 'hono'
import { describeFailure } from '../core/http-error.ts'
import { readFields } from '../core/request-body.ts'
import { readCsvUpload } from '../lab/csv-upload.ts'
import type { SeriesDesk } from '../lab/series-facts.ts'
import type { Documents } from './documents.ts'
import type { LabPageResolver } from './page.ts'
import type { WebEnv } from './web-env.ts'

/** Takes a body of its own size, which whoever reads it bounds. */
export const SERIES_FORM_PATH = '/lab/import'
const PLACE = '/lab#import'

export interface SeriesFormDeps {
  series: Pick<SeriesDesk, 'importCsv' | 'remove'>
  resolveLabPage: LabPageResolver
  documents: Documents
}

export function createSeriesFormRoutes({ series, resolveLabPage, documents }: SeriesFormDeps): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.post(SERIES_FORM_PATH, async (c) => {
    try {
      const upload = readCsvUpload(c.req.raw)
      const { series: imported, ticker } = await series.importCsv(upload.bytes, {
        name: () => upload.fileName(),
        signal: c.req.raw.signal,
      })
      return c.redirect(`/lab/new?${new URLSearchParams({ kind: 'backtest', imported, ticker })}`, 303)
    } catch (error) {
      const failure = describeFailure(error)
      if (failure.isFault) throw error
      for (const [name, value] of Object.entries(failure.headers)) c.header(name, value)
      const page = await resolveLabPage({ field: 'csv', message: failure.message })
      return c.html(await documents.renderLoose(page, '/lab'), failure.status)
    }
  })
  routes.post(`${SERIES_FORM_PATH}/forget`, async (c) => {
    const { series: hash } = await readFields(c.req.raw)
    await series.remove(String(hash))
    return c.redirect(PLACE, 303)
  })
  // Where a file that was refused leaves a browser: asked for once more, the address leads back to the form.
  routes.get(SERIES_FORM_PATH, (c) => c.redirect(PLACE, 303))
  return routes
}
