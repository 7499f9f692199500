/** The form that brings in a price file: a browser is sent to the form of a job on its bars. */
import { Hono } from 'hono'
import { readFields } from '../core/request-body.ts'
import { readCsvUpload } from '../lab/csv-upload.ts'
import type { SeriesDesk } from '../lab/series-facts.ts'
import type { WebEnv } from './web-env.ts'

/** Takes a body of its own size, which whoever reads it bounds. */
export const SERIES_FORM_PATH = '/lab/import'

export function createSeriesFormRoutes(series: Pick<SeriesDesk, 'importCsv' | 'remove'>): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.post(SERIES_FORM_PATH, async (c) => {
    const upload = readCsvUpload(c.req.raw)
    const brought = await series.importCsv(upload.bytes, {
      name: () => upload.fileName(),
      signal: c.req.raw.signal,
    })
    const { series: imported, ticker } = brought
    const query = new URLSearchParams({ kind: 'backtest', imported, ticker })
    return c.redirect(`/lab/new?${query}`, 303)
  })
  routes.post(`${SERIES_FORM_PATH}/forget`, async (c) => {
    const { series: hash } = await readFields(c.req.raw)
    await series.remove(String(hash))
    return c.redirect('/lab#import', 303)
  })
  // Where a file that was refused leaves a browser: asked for once more, the address leads back to the form.
  routes.get(SERIES_FORM_PATH, (c) => c.redirect('/lab#import', 303))
  return routes
}
