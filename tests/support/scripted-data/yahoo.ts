/**
 * Yahoo Finance as far as it is asked: charts, company data behind a cookie and its key, search, statements. The shapes
 * are those of its answers; the prices are the bundled ones, turned into what Yahoo would say of them.
 */
import { readSampleRows, SAMPLE_TICKERS, type SampleRow } from '../sample-bars.ts'
import type { ScriptedAnswer, ScriptedRequest, ScriptedSite } from './scripted-net.ts'

export interface ScriptedSplit {
  date: string
  numerator: number
  denominator: number
}

/** What is known of a symbol; what is left out is answered as Yahoo answers what it does not have. */
export interface ScriptedSymbol {
  chart?: unknown
  company?: Record<string, unknown>
  news?: unknown[]
  statements?: unknown[]
}

export interface ScriptedYahoo {
  sites: Record<string, ScriptedSite>
  /** Cookies and keys given out so far. */
  readonly sessions: number
  /** From now on the keys given out so far are refused. */
  expireSessions(): void
}

/** Splits of the bundled time, which Yahoo's figures have already been divided by. */
export const SAMPLE_SPLITS: Record<string, ScriptedSplit[]> = {
  AAPL: [
    { date: '2000-06-21', numerator: 2, denominator: 1 },
    { date: '2005-02-28', numerator: 2, denominator: 1 },
  ],
  MSFT: [{ date: '2003-02-18', numerator: 2, denominator: 1 }],
}

export function createScriptedYahoo(
  symbols: Record<string, ScriptedSymbol>,
  override?: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer> | null,
): ScriptedYahoo {
  let sessions = 0
  let oldestValid = 1

  function answerQuery(request: ScriptedRequest): ScriptedAnswer {
    const { pathname, searchParams } = request.url
    const name = decodeURIComponent(pathname.split('/').at(-1)!)
    if (pathname === '/v1/test/getcrumb') return { body: `crumb-${sessionOf(request)}` }
    if (pathname.startsWith('/v8/finance/chart/')) return answerChart(symbols[name]?.chart)
    if (pathname.startsWith('/v10/finance/quoteSummary/')) return answerCompany(request, name)
    if (pathname === '/v1/finance/search') {
      const news = symbols[searchParams.get('q')!]?.news ?? []
      return { body: { explains: [], count: 0, quotes: [], news, nav: [], lists: [] } }
    }
    if (pathname.startsWith('/ws/fundamentals-timeseries/')) {
      return { body: { timeseries: { result: symbols[name]?.statements ?? [], error: null } } }
    }
    return { status: 404, body: 'Not Found' }
  }

  function answerCompany(request: ScriptedRequest, name: string): ScriptedAnswer {
    const session = sessionOf(request)
    if (session < oldestValid || request.url.searchParams.get('crumb') !== `crumb-${session}`)
      return refuse('finance', 401, 'Unauthorized', 'Invalid Crumb')
    const symbol = symbols[name]
    if (symbol === undefined)
      return refuse('quoteSummary', 404, 'Not Found', `Quote not found for symbol: ${name}`)
    if (symbol.company === undefined)
      return refuse('quoteSummary', 404, 'Not Found', `No fundamentals data found for symbol: ${name}`)
    return { body: { quoteSummary: { result: [symbol.company], error: null } } }
  }

  const query: ScriptedSite = async (request) => (await override?.(request)) ?? answerQuery(request)
  const page: ScriptedSite = async (request) =>
    (await override?.(request)) ?? {
      headers: { 'set-cookie': [`A3=session-${++sessions}; Domain=.yahoo.com; Path=/; Secure; HttpOnly`] },
      body: '<html>a page</html>',
    }
  return {
    sites: {
      'query1.finance.yahoo.com': query,
      'query2.finance.yahoo.com': query,
      'finance.yahoo.com': page,
    },
    get sessions() {
      return sessions
    },
    expireSessions: () => {
      oldestValid = sessions + 1
    },
  }
}

function sessionOf({ headers }: ScriptedRequest): number {
  return Number(/A3=session-(\d+)/.exec(String(headers['cookie'] ?? ''))?.[1] ?? 0)
}

function answerChart(chart: unknown): ScriptedAnswer {
  if (chart === undefined) return refuse('chart', 404, 'Not Found', 'No data found, symbol may be delisted')
  return { body: { chart: { result: [chart], error: null } } }
}

function refuse(name: string, status: number, code: string, description: string): ScriptedAnswer {
  return { status, body: { [name]: { result: null, error: { code, description } } } }
}

export interface ChartOptions {
  timeZone?: string
  /** Where the exchange is, seconds east of Greenwich on every day of the chart. */
  offsetS?: number
  splits?: ScriptedSplit[]
  /** The session that the exchange is in or has had last, ISO times. */
  session?: { start: string; end: string }
}

export interface ChartRow {
  date: string
  open: number | null
  high: number | null
  low: number | null
  close: number | null
  volume: number | null
  /** Left out everywhere: the chart has none. */
  adjClose?: number | null
}

/** A chart of rows as Yahoo has them: in shares of today. */
export function createChart(symbol: string, rows: readonly ChartRow[], options: ChartOptions = {}): unknown {
  const { timeZone = 'America/New_York', offsetS = -18_000, splits = [], session } = options
  // A bar's time is that of the opening, 9:30 where the exchange is.
  const opening = (date: string) => Date.parse(`${date}T09:30:00Z`) / 1_000 - offsetS
  const [start, end] = [session?.start, session?.end].map((time) =>
    time === undefined ? opening(rows.at(-1)?.date ?? '2013-03-01') : Date.parse(time) / 1_000,
  )
  const period = { timezone: 'EST', start, end, gmtoffset: offsetS }
  const column = (name: Exclude<keyof ChartRow, 'date'>) => rows.map((row) => row[name] ?? null)
  return {
    meta: {
      currency: 'USD',
      symbol,
      exchangeName: 'NMS',
      instrumentType: 'EQUITY',
      firstTradeDate: 345_479_400,
      regularMarketTime: end,
      gmtoffset: offsetS,
      timezone: 'EST',
      exchangeTimezoneName: timeZone,
      regularMarketPrice: rows.at(-1)?.close ?? 0,
      priceHint: 2,
      currentTradingPeriod: { pre: period, regular: period, post: period },
      dataGranularity: '1d',
      range: '',
      validRanges: ['1d', '5d', 'max'],
    },
    ...(rows.length === 0
      ? { indicators: { quote: [{}], adjclose: [{}] } }
      : {
          timestamp: rows.map(({ date }) => opening(date)),
          indicators: {
            quote: [
              {
                ...{ open: column('open'), high: column('high'), low: column('low') },
                ...{ close: column('close'), volume: column('volume') },
              },
            ],
            ...('adjClose' in rows[0]! && { adjclose: [{ adjclose: column('adjClose') }] }),
          },
        }),
    ...(splits.length > 0 && {
      events: {
        splits: Object.fromEntries(
          splits.map(({ date, numerator, denominator }) => [
            opening(date),
            { date: opening(date), numerator, denominator, splitRatio: `${numerator}:${denominator}` },
          ]),
        ),
      },
    }),
  }
}

/** The bundled tickers with the charts that Yahoo would have of them on the last bundled day. */
export function sampleSymbols(): Record<string, ScriptedSymbol> {
  return Object.fromEntries(SAMPLE_TICKERS.map((ticker) => [ticker, { chart: createSampleChart(ticker) }]))
}

function createSampleChart(ticker: string): unknown {
  const splits = SAMPLE_SPLITS[ticker] ?? []
  return createChart(
    ticker,
    readSampleRows(ticker).map((row) => divideBySplits(row, splits)),
    { splits },
  )
}

function divideBySplits(row: SampleRow, splits: readonly ScriptedSplit[]): ChartRow {
  const shares = splits
    .filter(({ date }) => date > row.date)
    .reduce((product, { numerator, denominator }) => (product * numerator) / denominator, 1)
  const { date, open, high, low, close, volume, adjClose } = row
  return {
    ...{ date, open: open / shares, high: high / shares, low: low / shares, close: close / shares },
    ...{ volume, adjClose },
  }
}
