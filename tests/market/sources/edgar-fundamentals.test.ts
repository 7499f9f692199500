import { expect, it } from 'vitest'
import { InputError, NotFoundError } from '../../../src/core/errors.ts'
import { createEdgarFundamentals } from '../../../src/market/sources/edgar-fundamentals.ts'
import {
  createScriptedEdgar,
  type ScriptedCompany,
  type ScriptedFact,
  type ScriptedFiling,
} from '../../support/scripted-data/edgar.ts'
import { createScriptedNet } from '../../support/scripted-data/scripted-net.ts'

const { signal } = new AbortController()
const CONTACT = 'A Desk desk@example.com'

const year = (y: number, val: unknown): ScriptedFact => ({ start: `${y - 1}-09-26`, end: `${y}-09-24`, val })
const filing = (
  form: string,
  filed: string,
  fiscal: string,
  facts: ScriptedFiling['facts'],
): ScriptedFiling => ({
  ...{ form, filed, facts },
  fp: fiscal.split(' ')[0]!,
  fy: Number(fiscal.split(' ')[1]),
})

async function openEdgar(filings: ScriptedFiling[] | undefined, more: ScriptedCompany[] = []) {
  const company: ScriptedCompany = { ticker: 'AAPL', cik: 320_193, ...(filings && { filings }) }
  const net = await createScriptedNet(createScriptedEdgar([company, ...more]))
  return { net, edgar: createEdgarFundamentals({ net, contact: CONTACT, clock: net.clock }) }
}

const ask = async (filings: ScriptedFiling[], asOf: string) =>
  (await openEdgar(filings)).edgar.facts('AAPL', asOf, signal)

it('gives a figure from the day on which it was filed, with its filing and its own name', async () => {
  const filings = [filing('10-K', '2011-10-26', 'FY 2011', { 'us-gaap:NetIncomeLoss': [year(2011, 25_922)] })]
  expect(await ask(filings, '2011-10-25')).toEqual([])
  expect(await ask(filings, '2011-10-26')).toEqual([
    {
      label: 'Net income',
      concept: 'us-gaap:NetIncomeLoss',
      unit: 'USD',
      value: 25_922,
      period_start: '2010-09-26',
      period_end: '2011-09-24',
      period: 'FY2011',
      form: '10-K',
      filed: '2011-10-26',
    },
  ])
})

it('keeps what was last said of a period by the day: restated later, the first value stands until then', async () => {
  const filings = [
    filing('10-K', '2011-10-26', 'FY 2011', { 'us-gaap:Revenues': [year(2011, 100)] }),
    filing('10-K/A', '2012-01-20', 'FY 2011', { 'us-gaap:Revenues': [year(2011, 90)] }),
    filing('10-K', '2012-10-31', 'FY 2012', { 'us-gaap:Revenues': [year(2011, 90), year(2012, 150)] }),
  ]
  const told = async (asOf: string) =>
    (await ask(filings, asOf)).map(({ value, period, form, filed }) => [value, period, form, filed])
  expect(await told('2012-01-19')).toEqual([[100, 'FY2011', '10-K', '2011-10-26']])
  expect(await told('2012-01-20')).toEqual([[90, 'FY2011', '10-K/A', '2012-01-20']])
  // Repeated unchanged, it is as old as the filing that first gave it.
  expect(await told('2012-12-31')).toEqual([
    [90, 'FY2011', '10-K/A', '2012-01-20'],
    [150, 'FY2012', '10-K', '2012-10-31'],
  ])
})

it('labels what a filing repeats of earlier periods by the period it is of', async () => {
  const quarter = (start: string, end: string, val: number): ScriptedFact => ({ start, end, val })
  const facts = await ask(
    [
      filing('10-Q', '2012-04-25', 'Q2 2012', {
        'us-gaap:NetIncomeLoss': [
          quarter('2012-01-01', '2012-03-31', 2),
          quarter('2010-12-26', '2011-03-26', 1),
          quarter('2011-09-25', '2012-03-31', 9),
        ],
        'us-gaap:NetCashProvidedByUsedInOperatingActivities': [quarter('2011-09-25', '2012-03-31', 31)],
        'us-gaap:Assets': [
          { end: '2012-03-31', val: 150 },
          { end: '2011-09-24', val: 116 },
        ],
        'dei:EntityCommonStockSharesOutstanding': [{ end: '2012-04-13', val: 935, unit: 'shares' }],
      }),
    ],
    '2012-06-29',
  )
  expect(facts.map(({ label, period, value }) => [label, period, value])).toEqual([
    ['Net income', 'Q2 2011', 1],
    ['Net income', 'Q2 2012', 2],
    ['Total assets', 'FY2011', 116],
    ['Total assets', 'Q2 2012', 150],
    ['Operating cash flow', '6 months to Q2 2012', 31],
    ['Shares outstanding', 'Q2 2012', 935],
  ])
})

it('takes of each period the first tag of its list that was filed, each under its own name', async () => {
  const facts = await ask(
    [
      filing('10-K', '2017-11-03', 'FY 2017', { 'us-gaap:SalesRevenueNet': [year(2017, 229)] }),
      filing('10-K', '2018-11-05', 'FY 2018', {
        'us-gaap:SalesRevenueNet': [year(2018, 1)],
        'us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax': [year(2018, 265)],
      }),
    ],
    '2019-01-01',
  )
  expect(facts.map(({ concept, value }) => [concept, value])).toEqual([
    ['us-gaap:SalesRevenueNet', 229],
    ['us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax', 265],
  ])
})

it.each<[string, [asOf: string, tag: string, value: number][], [string, number][]]>([
  [
    'the newer says another value under the other tag',
    [
      ['2012-02-01', 'Revenues', 100],
      ['2013-02-01', 'SalesRevenueNet', 90],
    ],
    [['SalesRevenueNet', 90]],
  ],
  [
    'the preferred tag is the older one',
    [
      ['2012-02-01', 'SalesRevenueNet', 100],
      ['2013-02-01', 'Revenues', 90],
      ['2014-02-01', 'SalesRevenueNet', 80],
    ],
    [['SalesRevenueNet', 80]],
  ],
  [
    'the newer says the same, and so changes nothing',
    [
      ['2012-02-01', 'SalesRevenueNet', 100],
      ['2013-02-01', 'Revenues', 100],
    ],
    [['SalesRevenueNet', 100]],
  ],
  [
    'the newer one is of a wider figure, which only stands in',
    [
      ['2012-02-01', 'SalesRevenueNet', 100],
      ['2013-02-01', 'RevenueFromContractWithCustomerIncludingAssessedTax', 110],
    ],
    [['SalesRevenueNet', 100]],
  ],
])('takes of tags that mean the same what was filed last: %s', async (_, filed, expected) => {
  const filings = filed.map(([day, tag, value]) =>
    filing('10-K', day, 'FY 2011', { [`us-gaap:${tag}`]: [year(2011, value)] }),
  )
  const facts = await ask(filings, '2015-01-01')
  expect(facts.map(({ concept, value }) => [concept.replace('us-gaap:', ''), value])).toEqual(expected)
  // What is filed later is not known before.
  const [day, tag, value] = filed[0]!
  expect(await ask(filings, day)).toMatchObject([{ concept: `us-gaap:${tag}`, value }])
})

it('keeps units apart and leaves out what has no day, no number, no known span or lies ahead of its filing', async () => {
  const facts = await ask(
    [
      filing('20-F', '2012-03-01', 'FY 2011', {
        'ifrs-full:Revenue': [
          { ...year(2011, 7), unit: 'EUR' },
          { ...year(2011, 9), unit: 'USD' },
          { start: '2011-01-01', end: '2011-01-31', val: 1 },
          { start: '2009-01-01', end: '2010-12-31', val: 2 },
          { start: '2011-01-01', end: 'soon', val: 3 },
          { start: '2010-09-26', end: '2011-09-25', val: '4' },
          { start: '2012-01-01', end: '2012-12-31', val: 5 },
        ],
      }),
    ],
    '2013-01-01',
  )
  expect(facts.map(({ unit, value }) => [unit, value])).toEqual([
    ['EUR', 7],
    ['USD', 9],
  ])
})

it('gives the newest periods of a long history, oldest filing first', async () => {
  const filings = Array.from({ length: 60 }, (_, i) => {
    const end = new Date(Date.UTC(2000, i * 3 + 3, 0)).toISOString().slice(0, 10)
    const filed = new Date(Date.UTC(2000, i * 3 + 4, 15)).toISOString().slice(0, 10)
    return filing('10-Q', filed, `Q${(i % 4) + 1} ${2000 + Math.floor(i / 4)}`, {
      'us-gaap:Assets': [{ end, val: i }],
    })
  })
  const facts = await ask(filings, '2030-01-01')
  expect(facts.map(({ value }) => value)).toEqual(Array.from({ length: 24 }, (_, i) => 36 + i))
})

it('asks as the service wishes: with the contact, once for the list in a day and once for a company in an hour', async () => {
  const { net, edgar } = await openEdgar([])
  await Promise.all([edgar.facts('AAPL', '2012-06-29', signal), edgar.facts('AAPL', '2011-06-30', signal)])
  expect(net.requests.map(({ url, headers }) => [url.href, headers['user-agent']])).toEqual([
    ['https://www.sec.gov/files/company_tickers.json', `Rundesk ${CONTACT}`],
    ['https://data.sec.gov/api/xbrl/companyfacts/CIK0000320193.json', `Rundesk ${CONTACT}`],
  ])
  await net.clock.advance(2 * 3_600_000)
  await edgar.facts('AAPL', '2012-06-29', signal)
  expect(net.requests).toHaveLength(3)
})

it('finds a class of shares however its ticker is written', async () => {
  const filings = [
    filing('10-K', '2012-02-27', 'FY 2011', { 'us-gaap:Assets': [{ end: '2011-12-31', val: 392 }] }),
  ]
  const { edgar } = await openEdgar([], [{ ticker: 'BRK-B', cik: 1_067_983, filings }])
  for (const ticker of ['BRK-B', 'BRK.B'])
    expect(await edgar.facts(ticker, '2012-06-29', signal)).toMatchObject([{ value: 392 }])
})

it('says when it knows no such company; one that files no figures has none', async () => {
  const { edgar } = await openEdgar(undefined)
  expect(await edgar.facts('AAPL', '2012-06-29', signal)).toEqual([])
  const failure = edgar.facts('XXXX', '2012-06-29', signal)
  await expect(failure).rejects.toThrow(NotFoundError)
  await expect(failure).rejects.toThrow('XXXX')
})

it.each([
  [
    'a refusal',
    { status: 403, body: 'Request Rate Threshold Exceeded' },
    'SEC EDGAR: the company facts were answered 403',
  ],
  [
    'another shape',
    { body: { facts: { 'us-gaap': { Assets: 'none' } } } },
    'SEC EDGAR: the company facts have an unknown shape',
  ],
  ['nothing', { body: 'null' }, 'SEC EDGAR: the company facts have an unknown shape'],
  ['no JSON', { body: '<html>' }, 'SEC EDGAR: '],
])('throws for %s, and names itself', async (_, answer, message) => {
  const sites = createScriptedEdgar([{ ticker: 'AAPL', cik: 320_193 }])
  const net = await createScriptedNet({ ...sites, 'data.sec.gov': () => answer })
  const edgar = createEdgarFundamentals({ net, contact: CONTACT, clock: net.clock })
  await expect(edgar.facts('AAPL', '2012-06-29', signal)).rejects.toThrow(message)
})

it('leaves at once with the reason when it is stopped', async () => {
  const { edgar } = await openEdgar([])
  const reason = new Error('canceled')
  await expect(edgar.facts('AAPL', '2012-06-29', AbortSignal.abort(reason))).rejects.toBe(reason)
})

it.each(['', 'A Desk', 'desk@', 'a\nb@example.com', 'Dësk desk@example.com'])(
  'refuses the contact %j by the name of its setting',
  async (contact) => {
    const net = await createScriptedNet({})
    expect(() => createEdgarFundamentals({ net, contact })).toThrow(InputError)
    expect(() => createEdgarFundamentals({ net, contact })).toThrow('SEC_CONTACT')
  },
)

it('keeps long-term debt that holds its current part apart from that which does not', async () => {
  const on = (val: number): ScriptedFact => ({ end: '2011-12-31', val })
  const told = await ask(
    [
      filing('10-K', '2012-02-20', 'FY 2011', {
        ...{ 'us-gaap:LongTermDebt': [on(100)], 'us-gaap:LongTermDebtCurrent': [on(20)] },
        'us-gaap:Revenues': [year(2011, 1)],
      }),
    ],
    '2012-06-29',
  )
  expect(told.map(({ label, value }) => [label, value])).toEqual(
    expect.arrayContaining([
      ['Long-term debt with its current part', 100],
      ['Debt due within a year', 20],
    ]),
  )
  expect(told.map(({ label }) => label)).not.toContain('Long-term debt')
})
