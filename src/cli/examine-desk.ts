/** The checks of `doctor`: one finding after the other, each a sentence. They change nothing and never throw. */
import type { Config } from '../config.ts'
import { messageOf } from '../core/errors.ts'
import { formatNumber } from '../core/format.ts'
import { askOwner } from './connect-desk.ts'
import type { CliContext, ModelProbe } from './context.ts'
import { inspectFolder } from './inspect-folder.ts'

/** Between two looks at an owner that is not ready, and how long it is looked at. */
const ASK_MS = 200
const READY_WITHIN_MS = 5_000

export interface Finding {
  what: string
  /** `odd` is worth knowing and harms nothing. */
  verdict: 'fine' | 'odd' | 'wrong'
  text: string
}

export async function checkFolder(what: string, folder: string): Promise<Finding> {
  const { isWritable, text } = await inspectFolder(folder)
  return { what, verdict: isWritable ? 'fine' : 'wrong', text }
}

/** What can be asked for first, then each ticker that cannot, then what is passed over. */
export async function checkPrices({ desks }: CliContext, config: Config): Promise<Finding[]> {
  const what = 'Prices'
  try {
    const { vendor, listings, strays } = await desks.listPrices(config)
    if (config.marketVendor === 'yahoo')
      return [{ what, verdict: 'fine', text: `vendor ${vendor} is asked for a ticker when one is assessed` }]
    const covered = listings
      .filter(({ problem }) => problem === null)
      .map(({ ticker, first, last }) => (first && last ? `${ticker} ${first} to ${last}` : ticker))
    return [
      covered.length === 0
        ? { what, verdict: 'wrong', text: `vendor ${vendor} has no ticker that can be assessed` }
        : { what, verdict: 'fine', text: `vendor ${vendor} has ${covered.join(', ')}` },
      ...listings.flatMap(({ problem }): Finding[] =>
        problem === null ? [] : [{ what, verdict: 'wrong', text: problem }],
      ),
      ...strays.map((text): Finding => ({ what, verdict: 'odd', text })),
    ]
  } catch (error) {
    return [{ what, verdict: 'wrong', text: messageOf(error) }]
  }
}

/** Who is told of runs that end; nothing where nobody is. The receiver is not asked. */
export function checkWebhook({ notifyWebhookUrl: url, notifyWebhookSecret: secret }: Config): Finding[] {
  const what = 'Messages'
  if (url === '') {
    const text = 'NOTIFY_WEBHOOK_SECRET is set and NOTIFY_WEBHOOK_URL is not: nobody is told of runs that end'
    return secret === '' ? [] : [{ what, verdict: 'odd', text }]
  }
  const { host } = new URL(url)
  return secret === ''
    ? [
        {
          what,
          verdict: 'odd',
          text: `${host} is told of runs that end; without NOTIFY_WEBHOOK_SECRET, unsigned`,
        },
      ]
    : [{ what, verdict: 'fine', text: `${host} is told of runs that end, signed` }]
}

/** Each model that the settings name, by one small call. */
export async function checkModels({ desks }: CliContext, config: Config): Promise<Finding[]> {
  const what = 'Model'
  try {
    const probes = await desks.probeModels(config)
    if (probes.length === 0)
      return [{ what, verdict: 'fine', text: 'none is configured: the rules committee assesses' }]
    return probes.map((probe) => ({ what, verdict: probe.ok ? 'fine' : 'wrong', text: describeProbe(probe) }))
  } catch (error) {
    return [{ what, verdict: 'wrong', text: messageOf(error) }]
  }
}

function describeProbe({ model, latency_ms: latency, usage, problem }: ModelProbe): string {
  const facts = [
    latency === null ? null : `answered in ${formatNumber(latency, 0)} ms`,
    usage && `${usage.input_tokens} tokens read and ${usage.output_tokens} written`,
    usage && (usage.cost_usd === null ? 'price unknown' : `${usage.cost_usd.toFixed(6)} USD`),
    problem,
  ]
  return `${model}: ${facts.filter((fact) => fact !== null).join('; ')}`
}

export function checkServer({ desks, clock }: CliContext, config: Config): Promise<Finding> {
  return findOut('Server', async () => {
    for (const deadline = clock.now() + READY_WITHIN_MS; ; await clock.sleep(ASK_MS)) {
      const owner = await desks.findOwner(config)
      if (!owner)
        return { verdict: 'fine', text: 'none owns the data directory; commands work by themselves' }
      const { state, url } = await askOwner(owner).finally(() => owner.close())
      // One that starts or stops is neither for long.
      if (state === 'server' && url !== null)
        return {
          verdict: 'fine',
          text: `one is at ${url} and owns the data directory; commands go through it`,
        }
      if (state !== 'starting' || clock.now() >= deadline) return OWNERS[state]
    }
  })
}

const OWNERS = {
  server: { verdict: 'fine', text: 'one owns the data directory and is ready; commands go through it' },
  command: { verdict: 'fine', text: 'none; another command owns the data directory until it has ended' },
  starting: { verdict: 'wrong', text: 'one owns the data directory and is not ready' },
  away: { verdict: 'fine', text: 'none; a command that owned the data directory has just ended' },
} satisfies Record<string, Omit<Finding, 'what'>>

export function checkIndex({ desks, program }: CliContext, config: Config): Promise<Finding> {
  return findOut('Index', async () => {
    for (let look = 1; ; look += 1) {
      const { storedRuns, indexedRuns, indexProblems } = await desks.inspectStore(config)
      const shown = [`shows ${indexedRuns} of ${storedRuns} stored runs`, ...indexProblems].join('; ')
      if (indexProblems.length === 0 && indexedRuns === storedRuns) return { verdict: 'fine', text: shown }
      const owner = await desks.findOwner(config)
      await owner?.close()
      // Its files lag behind what the owner knows, or lagged until it ended just now.
      if (owner) return { verdict: 'fine', text: `${shown}; its owner is at work on it` }
      if (look > 1) return { verdict: 'wrong', text: `${shown}; mend it with: ${program} doctor --reindex` }
    }
  })
}

async function findOut(what: string, look: () => Promise<Omit<Finding, 'what'>>): Promise<Finding> {
  try {
    return { what, ...(await look()) }
  } catch (error) {
    return { what, verdict: 'wrong', text: messageOf(error) }
  }
}
