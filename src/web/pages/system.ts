/** The machine room: how much of the limits is in use, who thinks, where data comes from, and every setting with its source. */
import { describeValue, SETTINGS, type Config, type SettingName } from '../../config.ts'
import { countOf, formatNumber, formatUsd } from '../../core/format.ts'
import { escapeHtml } from '../escape-html.ts'
import type { Page } from '../page.ts'
import { isAnyUnderWay, viewTiers } from '../view-models/calls-view.ts'
import { RUN_STATUSES } from '../../runs/status.ts'
import { toQuery } from '../view-models/run-row.ts'
import { describeStatus } from '../view-models/status-view.ts'
import { viewVendorHealth } from '../view-models/vendor-health-view.ts'
import type { PageDeps, PageKit } from './page-deps.ts'
import { createNoticesRegion } from './system-notices.ts'
import { createPayloadRegion } from './system-payload.ts'

interface SettingRow {
  env: string
  value: string
  source: string
  /** It is not what it was at the start. */
  isChanged: boolean
  /** HTML made here: code in backticks becomes an element. */
  aboutHtml: string
}

/** What the page can be jumped to, in its order: the id and the heading. */
const SECTIONS = [
  ['limits', 'Limits in use'],
  ['calls', 'Calls at the same time'],
  ['notices', 'Messages'],
  ['payload', 'Live updates'],
  ['retention', 'Retention'],
  ['storage', 'Storage'],
  ['models', 'Models'],
  ['sources', 'Sources'],
  ['market', 'Market'],
  ['settings', 'Settings'],
] as const

export async function createSystemPage(deps: PageKit): Promise<Page> {
  const { desk, market } = deps
  const settings = viewSettings(deps)
  const isDefault = ({ source, isChanged }: SettingRow) => source === 'default' && !isChanged
  const defaults = settings.filter(isDefault)
  return {
    title: 'System',
    nav: 'system',
    template: 'system/system',
    data: {
      vendor: market.name,
      health: viewVendorHealth(deps.vendorHealth()),
      listings: (await market.listings()).map(({ ticker, first, last, problem }) => ({
        ticker,
        first: first ?? 'not known',
        last: last ?? 'not known',
        problem,
      })),
      sections: SECTIONS,
      changed: settings.filter((setting) => !isDefault(setting)),
      defaults,
      defaultsText: `${countOf(defaults.length, 'setting')} at ${defaults.length === 1 ? 'its' : 'their'} default`,
      models: viewModels(deps),
      sources: viewSources(deps),
      hosts: deps.hosts,
    },
    regions: [
      {
        id: 'system-queue',
        key: 'system/queue',
        template: 'system/queue',
        watch: ['list'],
        data: () => {
          const queue = desk.queue()
          return {
            uses: [
              { id: 'running', label: 'Runs at work', used: queue.running, max: queue.max_running },
              { id: 'waiting', label: 'Runs waiting', used: queue.waiting, max: queue.max_waiting },
            ],
            counts: RUN_STATUSES.map((status) => ({
              ...describeStatus(status),
              href: `/runs${toQuery({ status })}`,
              count: formatNumber(desk.list({ status: [status], limit: 1 }).total, 0),
            })),
          }
        },
      },
      {
        // No run's journal says how many calls are under way: while any are, the region asks by itself.
        id: 'system-calls',
        key: 'system/calls',
        template: 'system/calls',
        watch: ['list'],
        data: () => {
          const tiers = deps.concurrency.tiers()
          return { tiers: viewTiers(tiers), isBusy: isBusy(deps) || isAnyUnderWay(tiers) }
        },
      },
      createNoticesRegion(deps),
      deps.retentionRegion,
      deps.storageRegion,
      createPayloadRegion(deps),
    ],
    live: isBusy(deps),
    hasForm: false,
  }
}

function isBusy({ desk }: PageDeps): boolean {
  const { running, waiting } = desk.queue()
  return running + waiting > 0
}

/** Who thinks when a launch does not say otherwise; empty where no model is configured. */
function viewModels({ models }: PageDeps): { label: string; value: string }[] {
  if (models.deep === null && models.quick === null) return []
  return [
    { label: 'The two managers', value: models.deep ?? models.quick! },
    { label: 'Everyone else', value: models.quick ?? models.deep! },
    {
      label: 'Budget of a run in USD',
      value: models.budgetUsd === null ? 'no bound' : formatUsd(models.budgetUsd),
    },
    {
      label: 'Budget of a run in tokens',
      value: models.budgetTokens === null ? 'no bound' : formatNumber(models.budgetTokens, 0),
    },
  ]
}

function viewSources({ config, sources }: PageDeps): { label: string; value: string; setting: string }[] {
  const feeds = config.newsFeeds.map((feed) => (URL.canParse(feed) ? new URL(feed).host : feed))
  const rows = [
    {
      label: 'Fundamentals',
      isSet: sources.fundamentals,
      value: config.fundamentalsSource,
      setting: 'FUNDAMENTALS_SOURCE',
    },
    { label: 'News', isSet: sources.news, value: feeds.join(', '), setting: 'NEWS_FEEDS' },
    {
      label: 'Sentiment',
      isSet: sources.sentiment,
      value: config.sentimentSource,
      setting: 'SENTIMENT_SOURCE',
    },
  ]
  return rows.map(({ label, isSet, value, setting }) => ({ label, value: isSet ? value : '', setting }))
}

/** As they hold now. Secrets say only whether they are set. */
function viewSettings({ config, settingSources, concurrency }: PageDeps): SettingRow[] {
  const { llm_max_concurrency, llm_provider_limits } = concurrency.limits
  const now: Config = {
    ...config,
    llmMaxConcurrency: llm_max_concurrency,
    llmProviderLimits: llm_provider_limits,
  }
  return (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { env, about, secret } = SETTINGS[name]
    const text = describeValue(now[name])
    return {
      env,
      value: secret && text !== 'not set' ? 'set (hidden)' : text,
      source: settingSources[name],
      isChanged: text !== describeValue(config[name]),
      aboutHtml: escapeHtml(about).replace(/`([^`]*)`/g, '<code>$1</code>'),
    }
  })
}
