import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../../src/core/errors.ts'
import { createYahooFundamentals } from '../../../src/market/sources/yahoo-fundamentals.ts'
import { createYahooNews } from '../../../src/market/sources/yahoo-news.ts'
import { createYahooSentiment } from '../../../src/market/sources/yahoo-sentiment.ts'
import { createScriptedNet } from '../../support/scripted-data/scripted-net.ts'
import { createScriptedYahoo, type ScriptedSymbol } from '../../support/scripted-data/yahoo.ts'

const { signal } = new AbortController()
const seconds = (time: string) => Date.parse(time) / 1_000

async function openYahoo(symbol: ScriptedSymbol, override?: Parameters<typeof createScriptedYahoo>[1]) {
  const yahoo = createScriptedYahoo({ AAPL: symbol }, override)
  const net = await createScriptedNet(yahoo.sites)
  return { yahoo, net, clock: net.clock }
}

const rating = (date: string, action: string, more: object = {}) => ({
  ...{ epochGradeDate: seconds(date), firm: 'A House', toGrade: 'Buy', fromGrade: 'Hold', action },
  ...{ priceTargetAction: 'Raises', currentPriceTarget: 210, priorPriceTarget: 190 },
  ...more,
})
const trade = (date: string, transactionText: string, more: object = {}) => ({
  ...{ maxAge: 1, shares: 100, value: 1_230, filerUrl: '', transactionText, filerName: 'DOE JANE' },
  ...{ filerRelation: 'Director', moneyText: '', startDate: seconds(date), ownership: 'D' },
  ...more,
})
const company = (history: unknown[], transactions: unknown[] = []): ScriptedSymbol => ({
  company: {
    upgradeDowngradeHistory: { history, maxAge: 86_400 },
    insiderTransactions: { transactions, maxAge: 86_400 },
  },
})

describe('ratings and insiders from Yahoo', () => {
  it('are dated, newest first, none later than as-of', async () => {
    const { net } = await openYahoo(
      company(
        [
          rating('2012-06-30T00:00:01Z', 'down'),
          rating('2012-06-29T12:00:00Z', 'up'),
          rating('2011-01-03T09:00:00Z', 'init', { fromGrade: '', currentPriceTarget: 0 }),
        ],
        [trade('2012-06-20T00:00:00Z', 'Sale at price 12.30 per share.')],
      ),
    )
    const source = createYahooSentiment({ net, clock: net.clock })
    expect(await source.changes('AAPL', '2012-06-29', signal)).toEqual([
      {
        ...{
          kind: 'analyst',
          date: '2012-06-29',
          who: 'A House',
          what: 'upgrade; price target 210 after 190',
        },
        ...{ from: 'Hold', to: 'Buy', shares: null, value: null },
      },
      {
        ...{ kind: 'insider', date: '2012-06-25', who: 'DOE JANE (Director)' },
        what: 'Sale at price 12.30 per share (traded 2012-06-20)',
        ...{ from: null, to: null, shares: -100, value: 1_230 },
      },
      {
        ...{ kind: 'analyst', date: '2011-01-03', who: 'A House', what: 'initiated' },
        ...{ from: null, to: 'Buy', shares: null, value: null },
      },
    ])
  })

  it('count an insider’s trade as public only when its filing was due', async () => {
    const { net } = await openYahoo(
      company([], [trade('2012-06-29T00:00:00Z', 'Purchase at price 1.00 per share.')]),
    )
    const source = createYahooSentiment({ net, clock: net.clock })
    expect(await source.changes('AAPL', '2012-07-03', signal)).toEqual([])
    expect(await source.changes('AAPL', '2012-07-04', signal)).toMatchObject([{ shares: 100 }])
  })

  it('count neither gifts nor awards as bought or sold', async () => {
    const { net } = await openYahoo(
      company(
        [],
        ['Stock Gift at price 0.00 per share.', 'Stock Award(Grant)', ''].map((text) =>
          trade('2012-06-01T00:00:00Z', text),
        ),
      ),
    )
    const changes = await createYahooSentiment({ net, clock: net.clock }).changes(
      'AAPL',
      '2012-06-29',
      signal,
    )
    expect(changes.map(({ shares }) => shares)).toEqual([null, null, null])
  })

  it('are cleaned of what cannot be seen, and bounded', async () => {
    const { net } = await openYahoo(
      company([
        rating('2012-06-01T00:00:00Z', 'x'.repeat(900), { firm: `Ho\u202euse\u0000${'y'.repeat(900)}` }),
      ]),
    )
    const [change] = await createYahooSentiment({ net, clock: net.clock }).changes(
      'AAPL',
      '2012-06-29',
      signal,
    )
    expect(change!.who).toMatch(/^Housey{114}…$/)
    expect(change!.what.length).toBe(200)
  })

  it('are at most 60 of each kind', async () => {
    const { net } = await openYahoo(
      company(
        Array.from({ length: 500 }, (_, i) => rating(new Date(Date.UTC(2010, 0, i)).toISOString(), 'main')),
        Array.from({ length: 500 }, () => trade('2012-01-01T00:00:00Z', 'Sale')),
      ),
    )
    const changes = await createYahooSentiment({ net, clock: net.clock }).changes(
      'AAPL',
      '2012-06-29',
      signal,
    )
    expect(changes).toHaveLength(120)
  })

  it('cost one cookie, one key and one request, however many ask; a key that has run out is had anew', async () => {
    const { net, yahoo, clock } = await openYahoo(company([rating('2012-06-01T00:00:00Z', 'up')]))
    const source = createYahooSentiment({ net, clock })
    await Promise.all([1, 2, 3].map(() => source.changes('AAPL', '2012-06-29', signal)))
    expect(net.requests.map(({ url }) => url.pathname)).toEqual([
      '/quote/AAPL',
      '/v1/test/getcrumb',
      '/v10/finance/quoteSummary/AAPL',
    ])
    yahoo.expireSessions()
    await clock.advance(3_600_000)
    expect(await source.changes('AAPL', '2012-06-29', signal)).toHaveLength(1)
    expect(yahoo.sessions).toBe(2)
  })

  it('are none for a fund; an unknown symbol is said to be one', async () => {
    const { net } = await openYahoo({})
    const source = createYahooSentiment({ net, clock: net.clock })
    expect(await source.changes('AAPL', '2012-06-29', signal)).toEqual([])
    await expect(source.changes('XXXX', '2012-06-29', signal)).rejects.toThrow(NotFoundError)
  })

  it.each([
    [
      'a refusal of the key',
      ({ url }: { url: URL }) =>
        url.pathname.endsWith('getcrumb') ? { status: 429, body: 'Too Many Requests' } : null,
    ],
    [
      'a key that is never taken',
      ({ url }: { url: URL }) => (url.pathname.includes('quoteSummary') ? { status: 401, body: '{}' } : null),
    ],
    [
      'a page without a cookie',
      ({ url }: { url: URL }) => (url.pathname.startsWith('/quote/') ? { body: 'hello' } : null),
    ],
    [
      'another shape',
      ({ url }: { url: URL }) =>
        url.pathname.includes('quoteSummary')
          ? { body: { quoteSummary: { result: [{ upgradeDowngradeHistory: { history: 'x' } }] } } }
          : null,
    ],
  ])('throw for %s, and name themselves', async (_, override) => {
    const { net, clock } = await openYahoo(company([]), (request) => override(request))
    const answer = createYahooSentiment({ net, clock }).changes('AAPL', '2012-06-29', signal)
    // Back-offs pass as fast as they are asked for.
    const failure = expect(answer).rejects.toThrow(/^Yahoo Finance ratings and insiders: /)
    let isOver = false
    void answer.catch(() => (isOver = true))
    while (!isOver) await clock.advance(60_000)
    await failure
  })
})

describe('headlines from Yahoo', () => {
  const article = (title: string, time: string, more: object = {}) => ({
    ...{ uuid: title, title, publisher: 'A Paper', link: 'https://news.example/a', type: 'STORY' },
    providerPublishTime: seconds(time),
    ...more,
  })

  it('are those about the symbol, newest first, none later than as-of', async () => {
    const { net } = await openYahoo({
      news: [
        article('Old', '2012-06-01T08:00:00Z', { link: 'https://news.example/old' }),
        article('A &amp; <b>B</b>', '2012-06-29T23:59:59Z', { relatedTickers: ['AAPL', 'MSFT'] }),
        article('Late', '2012-06-30T00:00:00Z', { link: 'https://news.example/late' }),
        article('Elsewhere', '2012-06-02T00:00:00Z', {
          relatedTickers: ['MSFT'],
          link: 'https://news.example/x',
        }),
        article('Link', '2012-05-01T00:00:00Z', { link: 'javascript:x()' }),
      ],
    })
    const headlines = await createYahooNews({ net, clock: net.clock }).headlines('AAPL', '2012-06-29', signal)
    expect(headlines.map(({ title, url }) => [title, url])).toEqual([
      ['A & B', 'https://news.example/a'],
      ['Old', 'https://news.example/old'],
      ['Link', null],
    ])
    expect(headlines[0]).toMatchObject({
      publisher: 'A Paper',
      published_at: '2012-06-29T23:59:59.000Z',
      summary: null,
    })
  })

  it('throw where Yahoo fails, and name themselves', async () => {
    const { net, clock } = await openYahoo({}, () => ({ status: 403, body: 'no' }))
    await expect(createYahooNews({ net, clock }).headlines('AAPL', '2012-06-29', signal)).rejects.toThrow(
      'Yahoo Finance news: answered 403',
    )
  })
})

describe('statements from Yahoo', () => {
  const series = (type: string, values: unknown[]) => ({
    meta: { symbol: ['AAPL'], type: [type] },
    timestamp: values.map(() => 1),
    [type]: values,
  })
  const value = (asOfDate: string, raw: number, currencyCode = 'USD') => ({
    ...{ dataId: 1, asOfDate, periodType: '3M', currencyCode, reportedValue: { raw, fmt: `${raw}` } },
  })

  it('count as known 90 days after the end of a quarter and 135 after that of a year, and say so', async () => {
    const { net, clock } = await openYahoo({
      statements: [
        series('quarterlyTotalRevenue', [value('2012-03-31', 39, 'TWD'), null]),
        series('annualDilutedEPS', [value('2012-02-29', 27.7)]),
        series('annualTotalAssets', [value('2011-12-31', 116)]),
        series('quarterlyTotalAssets', [value('2011-12-31', 116)]),
        series('quarterlyNetIncome', [value('2011-12-31', 6)]),
        series('quarterlySomethingElse', [value('2011-12-31', 1)]),
        { meta: { symbol: ['AAPL'], type: ['annualNetIncome'] } },
      ],
    })
    const source = createYahooFundamentals({ net, clock })
    expect(await source.facts('AAPL', '2012-05-13', signal)).toEqual([])
    expect((await source.facts('AAPL', '2012-06-28', signal)).map(({ label }) => label)).toEqual([
      'Total assets',
      'Net income',
    ])
    expect(await source.facts('AAPL', '2012-07-14', signal)).toEqual([
      {
        ...{
          label: 'Total assets',
          concept: 'yahoo:TotalAssets',
          unit: 'USD',
          value: 116,
          period_start: null,
        },
        ...{
          period_end: '2011-12-31',
          period: 'at 2011-12-31',
          form: 'period + 135 days',
          filed: '2012-05-14',
        },
      },
      {
        ...{ label: 'Net income', concept: 'yahoo:NetIncome', unit: 'USD', value: 6 },
        ...{ period_start: '2011-10-01', period_end: '2011-12-31', period: 'quarter to 2011-12-31' },
        ...{ form: 'period + 135 days', filed: '2012-05-14' },
      },
      {
        ...{ label: 'Revenue', concept: 'yahoo:TotalRevenue', unit: 'TWD', value: 39 },
        ...{ period_start: '2012-01-01', period_end: '2012-03-31', period: 'quarter to 2012-03-31' },
        ...{ form: 'period + 90 days', filed: '2012-06-29' },
      },
      {
        ...{
          label: 'Earnings per share, diluted',
          concept: 'yahoo:DilutedEPS',
          unit: 'USD/shares',
          value: 27.7,
        },
        ...{ period_start: '2011-03-01', period_end: '2012-02-29', period: 'year to 2012-02-29' },
        ...{ form: 'period + 135 days', filed: '2012-07-13' },
      },
    ])
    expect(net.requests).toHaveLength(1)
  })

  it('count as known as late as a year where no year is there to tell which quarter is its last', async () => {
    const { net, clock } = await openYahoo({
      statements: [series('quarterlyTotalRevenue', [value('2012-03-31', 39)])],
    })
    const source = createYahooFundamentals({ net, clock })
    expect(await source.facts('AAPL', '2012-08-12', signal)).toEqual([])
    expect(await source.facts('AAPL', '2012-08-13', signal)).toMatchObject([{ form: 'period + 135 days' }])
  })

  it.each([
    ['a refusal', { status: 403, body: 'no' }, 'answered 403'],
    ['another shape', { body: { timeseries: { result: [{ meta: {} }] } } }, 'unknown shape'],
    ['no JSON', { body: '<html>' }, ''],
  ])('throw for %s, and name themselves', async (_, answer, message) => {
    const { net, clock } = await openYahoo({}, () => answer)
    const failure = createYahooFundamentals({ net, clock }).facts('AAPL', '2012-06-29', signal)
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toThrow(/^Yahoo Finance statements: /)
  })
})
