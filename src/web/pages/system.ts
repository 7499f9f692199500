/** The machine room: how much of the limits is in use, where prices come from, and every setting with its source. */
import { SETTINGS, type SettingName } from '../../config.ts'
import { formatNumber } from '../../core/format.ts'
import { escapeHtml } from '../escape-html.ts'
import type { Page } from '../page.ts'
import { RUN_STATUSES } from '../../runs/status.ts'
import { toQuery } from '../view-models/run-row.ts'
import { describeStatus } from '../view-models/status-view.ts'
import type { PageDeps } from './page-deps.ts'

interface SettingRow {
  env: string
  value: string
  source: string
  /** HTML made here: code in backticks becomes an element. */
  aboutHtml: string
}

export async function createSystemPage(deps: PageDeps): Promise<Page> {
  const { desk, market } = deps
  return {
    title: 'System',
    nav: 'system',
    template: 'system/system',
    data: {
      vendor: market.name,
      listings: (await market.listings()).map(({ ticker, first, last, problem }) => ({
        ticker,
        first: first ?? 'not known',
        last: last ?? 'not known',
        problem,
      })),
      settings: viewSettings(deps),
      hasSources: deps.sources !== undefined,
      hasDocs: deps.openapi !== undefined,
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
    ],
    live: isBusy(deps),
    hasForm: false,
  }
}

function isBusy({ desk }: PageDeps): boolean {
  const { running, waiting } = desk.queue()
  return running + waiting > 0
}

/** Secrets say only whether they are set. */
function viewSettings({ config, sources }: PageDeps): SettingRow[] {
  return (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { env, about, secret } = SETTINGS[name]
    const value = config[name]
    const text = Array.isArray(value) ? value.join(', ') : String(value)
    return {
      env,
      value: text === '' ? 'not set' : secret ? 'set (hidden)' : text,
      source: sources?.[name] ?? '',
      aboutHtml: escapeHtml(about).replace(/`([^`]*)`/g, '<code>$1</code>'),
    }
  })
}
