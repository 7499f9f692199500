/** SEC EDGAR as far as it is asked: the list of companies and the facts each has filed, in the shapes of the service. */
import type { ScriptedSite } from './scripted-net.ts'

/** One filing: what it is, and the facts in it by `taxonomy:tag`. */
export interface ScriptedFiling {
  form: string
  filed: string
  fy: number | null
  fp: string | null
  facts: Record<string, ScriptedFact[]>
}

export interface ScriptedFact {
  /** Left out for a balance. */
  start?: string
  end: string
  val: unknown
  /** Default `USD`. */
  unit?: string
}

export interface ScriptedCompany {
  ticker: string
  cik: number
  /** Left out: it has filed no figures. */
  filings?: ScriptedFiling[]
}

export function createScriptedEdgar(companies: readonly ScriptedCompany[]): Record<string, ScriptedSite> {
  return {
    'www.sec.gov': ({ url }) =>
      url.pathname === '/files/company_tickers.json'
        ? {
            body: Object.fromEntries(
              companies.map(({ ticker, cik }, i) => [i, { cik_str: cik, ticker, title: `${ticker} Inc.` }]),
            ),
          }
        : { status: 404 },
    'data.sec.gov': ({ url }) => {
      const cik = Number(/^\/api\/xbrl\/companyfacts\/CIK(\d{10})\.json$/.exec(url.pathname)?.[1])
      const filings = companies.find((company) => company.cik === cik)?.filings
      if (filings === undefined)
        return { status: 404, body: '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>' }
      return { body: createCompanyFacts(cik, filings) }
    },
  }
}

export function createCompanyFacts(cik: number, filings: readonly ScriptedFiling[]): unknown {
  const facts: Record<string, Record<string, { label: string; units: Record<string, unknown[]> }>> = {}
  for (const [i, { form, filed, fy, fp, facts: filedFacts }] of filings.entries()) {
    const accn = `0000320193-${filed.slice(2, 4)}-${String(i).padStart(6, '0')}`
    for (const [name, values] of Object.entries(filedFacts)) {
      const [taxonomy, tag] = name.split(':') as [string, string]
      const concept = ((facts[taxonomy] ??= {})[tag] ??= { label: tag, units: {} })
      for (const { unit = 'USD', ...fact } of values)
        (concept.units[unit] ??= []).push({ ...fact, accn, fy, fp, form, filed })
    }
  }
  return { cik, entityName: 'A company', facts }
}
