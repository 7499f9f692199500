/**
 * Yahoo Finance through yahoo-finance2, on a leash: its requests go through the guarded fetch, its cookies stay in
 * memory, it writes nothing to the console and looks for no newer version of itself. Promises the answer as Yahoo gave
 * it; its shape is for the caller to check, for Yahoo changes it without notice.
 */
import { NotFoundError } from '../../core/errors.ts'
import type { Net } from '../../net/net.ts'

/** Every host that is asked: the last three only for the cookie that company data needs. */
export const YAHOO_HOSTS = [
  'query1.finance.yahoo.com',
  'query2.finance.yahoo.com',
  'finance.yahoo.com',
  'guce.yahoo.com',
  'consent.yahoo.com',
] as const

export interface YahooSession {
  /** All daily bars up to `untilMs`, with splits. `NotFoundError` for a symbol Yahoo does not know. */
  dailyBars(symbol: string, untilMs: number, signal: AbortSignal): Promise<unknown>
  /** Parts of what Yahoo knows of a company; null where it has none of them for this symbol. */
  company(symbol: string, modules: CompanyModule[], signal: AbortSignal): Promise<unknown>
  /** Articles that a search for the symbol finds. */
  articles(symbol: string, count: number, signal: AbortSignal): Promise<unknown>
}

export type CompanyModule = 'upgradeDowngradeHistory' | 'insiderTransactions'

/** Earlier than any bar: 1900-01-01, seconds. */
const BEGINNING_S = -2_208_988_800
/** Requests at a time that the library lets through; the limits that count are those of the guarded fetch. */
const QUEUE_LENGTH = 64
/** The library logs what it throws as well. */
const SILENT = { info() {}, warn() {}, error() {}, debug() {}, dir() {} }
/** What is asked must not be checked by the library: on a shape it does not expect it would throw the answer away. */
const AS_IT_IS = { validateResult: false } as const

/** An answer that is no success, before the library prints its address with the session's key in it. */
class YahooRefusal extends Error {
  override name = 'YahooRefusal'
  readonly status: number
  readonly said: string
  constructor(status: number, said: string) {
    super(said === '' ? `answered ${status}` : `answered ${status}: ${said}`)
    this.status = status
    this.said = said
  }
}

export function createYahooSession(net: Net): YahooSession {
  let client: Promise<YahooClient> | null = null

  function openClient(): Promise<YahooClient> {
    client ??= createClient(net)
    client.catch(() => (client = null))
    return client
  }

  return {
    async dailyBars(symbol, untilMs, signal) {
      const opened = await openClient()
      const query = {
        period1: BEGINNING_S,
        period2: Math.ceil(untilMs / 1_000),
        events: 'div|split',
      } as const
      try {
        return await opened.chart(symbol, { ...query, interval: '1d' }, under(net, signal))
      } catch (error) {
        if (error instanceof YahooRefusal && error.status === 404)
          throw new NotFoundError(`vendor yahoo has no prices of ${symbol}`)
        throw error
      }
    },

    async company(symbol, modules, signal) {
      for (let attempt = 1; ; attempt += 1) {
        const used = openClient()
        try {
          return await (await used).quoteSummary(symbol, { modules }, under(net, signal))
        } catch (error) {
          if (!(error instanceof YahooRefusal)) throw error
          if (error.status === 404 && /fundamentals/i.test(error.said)) return null
          if (error.status === 404) throw new NotFoundError(`Yahoo Finance knows no ${symbol}`)
          // The cookie and its key have run out; a new pair is had once.
          if (error.status !== 401 || attempt > 1) throw error
          if (client === used) client = null
        }
      }
    },

    async articles(symbol, count, signal) {
      const opened = await openClient()
      return opened.search(symbol, { newsCount: count, quotesCount: 0 }, under(net, signal))
    },
  }
}

interface YahooClient {
  chart(symbol: string, query: object, options: object): Promise<unknown>
  quoteSummary(symbol: string, query: object, options: object): Promise<unknown>
  search(symbol: string, query: object, options: object): Promise<unknown>
}

async function createClient(net: Net): Promise<YahooClient> {
  const [create, cookies, chart, quoteSummary, search] = await Promise.all([
    import('yahoo-finance2/createYahooFinance'),
    import('yahoo-finance2/lib/cookieJar'),
    import('yahoo-finance2/modules/chart'),
    import('yahoo-finance2/modules/quoteSummary'),
    import('yahoo-finance2/modules/search'),
  ])
  const Client = create.default({
    modules: { chart: chart.default, quoteSummary: quoteSummary.default, search: search.default },
  })
  return new Client({
    cookieJar: new cookies.ExtendedCookieJar(),
    fetch: createGuard(net, null),
    logger: SILENT,
    suppressNotices: ['yahooSurvey', 'ripHistorical'],
    versionCheck: false,
    validation: { logErrors: false, logOptionsErrors: false },
    queue: { concurrency: QUEUE_LENGTH },
  }) as unknown as YahooClient
}

function under(net: Net, signal: AbortSignal): object {
  return { ...AS_IT_IS, fetch: createGuard(net, signal) }
}

/**
 * The guarded fetch as the library needs it. Getting the cookie is shared by all who ask, so nobody's signal stops it;
 * the time limits of the guarded fetch do.
 */
function createGuard(net: Net, signal: AbortSignal | null): typeof fetch {
  return async (input, init) => {
    const { hostname, pathname } = new URL(input instanceof Request ? input.url : input)
    if (hostname === 'finance.yahoo.com') {
      const page = await net.fetch(input, init)
      // Wanted for its cookie alone: nobody reads the page, and unread it would hold its connection.
      await page.body?.cancel()
      return page
    }
    if (!hostname.startsWith('query') || pathname.endsWith('/getcrumb')) return net.fetch(input, init)
    const answer = await net.fetch(input, { ...init, signal })
    if (answer.ok) return answer
    throw new YahooRefusal(answer.status, describeRefusal(await answer.text()))
  }
}

/** What Yahoo says is wrong: `{"chart": {"error": {"description": …}}}`, whatever the first name is. */
function describeRefusal(text: string): string {
  try {
    const answer = JSON.parse(text) as Record<string, { error?: { description?: unknown } }>
    const description = Object.values(answer)[0]?.error?.description
    return typeof description === 'string' ? description : ''
  } catch {
    return ''
  }
}
