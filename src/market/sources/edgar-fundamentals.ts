/**
 * Company figures as filed with the United States Securities and Exchange Commission: each is dated by its filing, so
 * what is given for a day is what could be read on it. Companies that file there only; figures begin about 2009, when
 * filings became readable by machine. A ticker is that of today: one that has changed hands leads to its present owner.
 */
import { systemClock, type Clock } from '../../core/clock.ts'
import { InputError, NotFoundError, quote } from '../../core/errors.ts'
import type { Net } from '../../net/net.ts'
import { createSharedLoads } from '../shared-loads.ts'
import type { FundamentalsSource } from '../sources.ts'
import { DAY_MS, endOfDayMs } from './days.ts'
import { selectFacts } from './edgar-facts.ts'
import { readFilings, type Filings } from './edgar-filings.ts'
import { nameSource } from './source-failure.ts'

const NAME = 'SEC EDGAR'
export const EDGAR_HOSTS = ['www.sec.gov', 'data.sec.gov'] as const
const TICKERS_URL = 'https://www.sec.gov/files/company_tickers.json'
const FACTS_URL = 'https://data.sec.gov/api/xbrl/companyfacts'
/** All facts of a company are some megabytes; of the largest banks some tens. */
const MAX_BYTES = 48 * 1_024 * 1_024
const FACTS_AGE_MS = 3_600_000
/** Companies kept, each a megabyte or two of what is read of it. */
const MAX_KEPT = 16

export interface EdgarOptions {
  net: Net
  /** Name and e-mail address; the service turns away programs that do not say whose they are. */
  contact: string
  clock?: Pick<Clock, 'now'>
}

/** Throws `InputError` naming `SEC_CONTACT` where `contact` is none. */
export function createEdgarFundamentals({
  net,
  contact,
  clock = systemClock,
}: EdgarOptions): FundamentalsSource {
  if (!/^[\x20-\x7e]*[^\s@]+@[^\s@]+\.[^\s@]+[\x20-\x7e]*$/.test(contact)) {
    throw new InputError(
      'SEC_CONTACT',
      `SEC_CONTACT is ${quote(contact)}; FUNDAMENTALS_SOURCE=edgar needs a name and an e-mail address`,
    )
  }
  const headers = { 'user-agent': `Rundesk ${contact.trim()}`, accept: 'application/json' }
  const companies = createSharedLoads<Map<string, number>>({ maxAgeMs: DAY_MS, maxEntries: 1, clock })
  const filings = createSharedLoads<Filings | null>({
    maxAgeMs: FACTS_AGE_MS,
    maxEntries: MAX_KEPT,
    clock,
  })

  async function fetchCompanies(signal: AbortSignal): Promise<Map<string, number>> {
    const { status, text } = await net.get(TICKERS_URL, { signal, headers, maxBytes: MAX_BYTES })
    if (status !== 200) throw new Error(`the list of companies was answered ${status}`)
    return readCompanies(JSON.parse(text))
  }

  /**
   * Null for a company without figures: a fund, a trust. Reading is done here, once for all who ask within the hour; the
   * parser of JSON takes the whole answer in one go, up to some tenths of a second for the largest.
   */
  async function fetchFilings(cik: number, signal: AbortSignal): Promise<Filings | null> {
    const address = `${FACTS_URL}/CIK${String(cik).padStart(10, '0')}.json`
    const { status, text } = await net.get(address, { signal, headers, maxBytes: MAX_BYTES })
    if (status === 404) return null
    if (status !== 200) throw new Error(`the company facts were answered ${status}`)
    return readFilings(JSON.parse(text))
  }

  return {
    name: NAME,
    facts(ticker, asOf, signal) {
      return nameSource(NAME, signal, async () => {
        endOfDayMs(asOf)
        const known = await companies.load('all', fetchCompanies, signal)
        // Classes of shares are written with a dash there: BRK-B.
        const cik = known.get(ticker) ?? known.get(ticker.replace('.', '-'))
        if (cik === undefined) throw new NotFoundError(`${NAME} knows no company with ticker ${ticker}`)
        const found = await filings.load(`${cik}`, (stop) => fetchFilings(cik, stop), signal)
        return found === null ? [] : selectFacts(found, asOf)
      })
    },
  }
}

function readCompanies(answer: unknown): Map<string, number> {
  const companies = new Map<string, number>()
  for (const row of Object.values(answer ?? {}) as { cik_str?: unknown; ticker?: unknown }[]) {
    if (Number.isSafeInteger(row?.cik_str) && typeof row.ticker === 'string')
      companies.set(row.ticker.toUpperCase(), row.cik_str as number)
  }
  if (companies.size === 0) throw new Error('the list of companies has an unknown shape')
  return companies
}
