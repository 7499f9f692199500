/** What live updates have saved: bytes sent beside those of sending the whole each time, in total and by run. */
import { formatBytes, formatNumber, formatPct } from '../../core/format.ts'
import {
  PAYLOAD_CHANNELS,
  savedShare,
  type PayloadChannel,
  type PayloadMeter,
  type PayloadUse,
} from '../../core/payload-meter.ts'
import type { Region } from '../page.ts'
import { runHref } from '../view-models/run-row.ts'
import type { PageDeps } from './page-deps.ts'

/** Runs shown of each way. */
const SHOWN = 10

const WAYS: Record<PayloadChannel, string> = { page: 'Pages', socket: 'Sockets' }

interface UseView {
  messages: string
  sent: string
  whole: string
  saved: string
}

export function createPayloadRegion({ payload, desk }: Pick<PageDeps, 'payload' | 'desk'>): Region {
  return {
    id: 'system-payload',
    key: 'system/payload',
    template: 'system/payload',
    watch: ['list'],
    data: () => {
      const { running } = desk.queue()
      const ways = PAYLOAD_CHANNELS.map((channel) => ({ channel, use: payload.total(channel) }))
        .filter(({ use }) => use.messages > 0)
        .map(({ channel, use }) => ({ label: WAYS[channel], ...viewUse(use) }))
      // Who looks at a run is in no journal: while any is at work, the region asks by itself.
      return { ways, runs: viewRuns(payload), isBusy: running > 0 && ways.length > 0 }
    },
  }
}

function viewRuns(payload: PayloadMeter) {
  return PAYLOAD_CHANNELS.flatMap((channel) =>
    payload
      .runs(channel)
      .slice(0, SHOWN)
      .map(([runId, use]) => ({ runId, href: runHref(runId), way: WAYS[channel], ...viewUse(use) })),
  )
}

function viewUse(use: PayloadUse): UseView {
  const saved = savedShare(use)
  return {
    messages: formatNumber(use.messages, 0),
    sent: formatBytes(use.sent_bytes),
    whole: formatBytes(use.whole_bytes),
    saved: formatPct(saved === null ? null : saved * 100, 1),
  }
}
