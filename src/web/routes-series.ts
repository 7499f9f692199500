/** The form that brings in a price file: a browser is sent to the form of a job on its bars. */
import { Hono } from 'hono'
import { readCsvUpload } from '../lab/csv-upload.ts'
import type { SeriesDesk } from '../lab/series-facts.ts'
import type { WebEnv } from './web-env.ts'

/** Takes a body of its own size, which whoever reads it bounds. */
export const SERIES_FORM_PATH = '/lab/import'

export function createSeriesFormRoutes(series: Pick<SeriesDesk, 'importCsv'>): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.post(SERIES_FORM_PATH, async (c) => {
    const upload = readCsvUpload(c.req.raw)
    const brought = await series.importCsv(upload.bytes, {
      name: () => upload.fileName(),
      signal: c.req.raw.signal,
    })
    const query = new URLSearchParams({ kind: 'backtest', imported: brought.series })
    return c.redirect(`/lab/new?${query}`, 303)
  })
  // Where a file that was refused leaves a browser: asked for once more, the address leads back to the form.
  routes.get(SERIES_FORM_PATH, (c) => c.redirect('/lab#import', 303))
  return routes
}
