import { expect, it } from 'vitest'
import { InputError } from '../../../src/core/errors.ts'
import {
  allowedHostsOf,
  createSources,
  type SourceSettings,
} from '../../../src/market/sources/create-sources.ts'
import { NO_SOURCES } from '../../../src/market/sources.ts'
import { createRss } from '../../support/scripted-data/feeds.ts'
import { createScriptedNet } from '../../support/scripted-data/scripted-net.ts'

const NOTHING: SourceSettings = {
  newsFeeds: [],
  fundamentalsSource: 'none',
  sentimentSource: 'none',
  secContact: '',
}
const { signal } = new AbortController()
const YAHOO = [
  'query1.finance.yahoo.com',
  'query2.finance.yahoo.com',
  'finance.yahoo.com',
  'guce.yahoo.com',
  'consent.yahoo.com',
]

it('makes the sources that the settings name, in their order, and no other', async () => {
  const net = await createScriptedNet({})
  expect(createSources(NOTHING, net)).toEqual(NO_SOURCES)
  const { fundamentals, news, sentiment } = createSources(
    {
      newsFeeds: ['https://a.example/rss?s={ticker}', 'yahoo', 'http://b.example:8080/all'],
      fundamentalsSource: 'edgar',
      sentimentSource: 'yahoo',
      secContact: 'A Desk desk@example.com',
    },
    net,
  )
  expect(fundamentals?.name).toBe('SEC EDGAR')
  expect(news.map(({ name }) => name)).toEqual([
    'news feed a.example',
    'Yahoo Finance news',
    'news feed b.example:8080',
  ])
  expect(sentiment?.name).toBe('Yahoo Finance ratings and insiders')
  expect(createSources({ ...NOTHING, fundamentalsSource: 'yahoo' }, net).fundamentals?.name).toBe(
    'Yahoo Finance statements',
  )
  expect(net.requests).toEqual([])
})

it('has a failing source fail: no other steps in', async () => {
  const net = await createScriptedNet({
    'a.example': () => ({ status: 404 }),
    'b.example': () => ({ body: createRss([{ title: 'AAPL', date: '2012-06-29' }]) }),
  })
  const feeds = ['https://a.example/{ticker}', 'https://b.example/{ticker}']
  const { news } = createSources({ ...NOTHING, newsFeeds: feeds }, net)
  await expect(news[0]!.headlines('AAPL', '2012-06-29', signal)).rejects.toThrow('news feed a.example')
  expect(await news[1]!.headlines('AAPL', '2012-06-29', signal)).toHaveLength(1)
  expect(net.requests.map(({ url }) => url.hostname)).toEqual(['a.example', 'b.example'])
})

it('tells whoever listens what was left out', async () => {
  const net = await createScriptedNet({ 'a.example': () => ({ body: createRss([{ title: 'A' }]) }) })
  const heard: string[] = []
  const settings = { ...NOTHING, newsFeeds: ['https://a.example/{ticker}'] }
  const { news } = createSources(settings, net, { warn: (message) => heard.push(message) })
  await news[0]!.headlines('AAPL', '2012-06-29', signal)
  expect(heard).toEqual(['news feed a.example: items without a date that can be read are left out: 1'])
})

it('names the hosts that have to be reachable, and no more', () => {
  const hosts = (settings: Partial<SourceSettings> & { marketVendor?: string }) =>
    allowedHostsOf({ marketVendor: 'sample', ...NOTHING, ...settings })
  expect(hosts({})).toEqual([])
  expect(hosts({ fundamentalsSource: 'edgar' })).toEqual(['www.sec.gov', 'data.sec.gov'])
  expect(
    hosts({ newsFeeds: ['https://A.example/x', 'https://a.example/y', 'http://b.example:8080/'] }),
  ).toEqual(['a.example', 'b.example:8080'])
  for (const settings of [
    { marketVendor: 'yahoo' },
    { newsFeeds: ['yahoo'] },
    { sentimentSource: 'yahoo' as const },
    { fundamentalsSource: 'yahoo' as const },
  ])
    expect(hosts(settings)).toEqual(YAHOO)
})

it.each([
  'ftp://a.example/rss',
  'a.example/rss',
  'yahoo!',
  'https://',
  'https://{ticker}.example/rss',
  'https://user:s3cret@a.example/rss',
  'javascript:alert(1)',
])('refuses the feed %j by the name of its setting', async (feed) => {
  const net = await createScriptedNet({})
  const settings = { ...NOTHING, newsFeeds: ['yahoo', feed], marketVendor: 'sample' }
  for (const use of [() => createSources(settings, net), () => allowedHostsOf(settings)]) {
    expect(use).toThrow(InputError)
    expect(use).toThrow('NEWS_FEEDS has ')
    expect(use).not.toThrow('s3cret')
  }
})

it('refuses EDGAR without a contact by the name of its setting', async () => {
  const net = await createScriptedNet({})
  expect(() => createSources({ ...NOTHING, fundamentalsSource: 'edgar' }, net)).toThrow('SEC_CONTACT is ""')
})
