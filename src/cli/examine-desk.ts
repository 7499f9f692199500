/** The checks of `doctor`: one finding after the other, each a sentence. They change nothing and never throw. */
import type { Config } from '../config.ts'
import { messageOf } from '../core/errors.ts'
import { askOwner } from './connect-desk.ts'
import type { CliContext } from './context.ts'
import { inspectFolder } from './inspect-folder.ts'

/** Between two looks at an owner that is not ready, and how long it is looked at. */
const ASK_MS = 200
const READY_WITHIN_MS = 5_000

export interface Finding {
  what: string
  isFine: boolean
  text: string
}

export async function checkFolder(what: string, folder: string): Promise<Finding> {
  const { isWritable, text } = await inspectFolder(folder)
  return { what, isFine: isWritable, text }
}

export function checkPrices({ desks }: CliContext, config: Config): Promise<Finding> {
  return findOut('Prices', async () => {
    const { vendor, listings } = await desks.listPrices(config)
    const covered = listings.map(({ ticker, first, last }) =>
      first && last ? `${ticker} ${first} to ${last}` : ticker,
    )
    return covered.length === 0
      ? { isFine: false, text: `vendor ${vendor} lists no ticker` }
      : { isFine: true, text: `vendor ${vendor} has ${covered.join(', ')}` }
  })
}

export function checkServer({ desks, clock }: CliContext, config: Config): Promise<Finding> {
  return findOut('Server', async () => {
    for (const deadline = clock.now() + READY_WITHIN_MS; ; await clock.sleep(ASK_MS)) {
      const owner = await desks.findOwner(config)
      if (!owner) return { isFine: true, text: 'none owns the data directory; commands work by themselves' }
      const state = await askOwner(owner).finally(() => owner.close())
      // One that starts or stops is neither for long.
      if (state !== 'starting' || clock.now() >= deadline) return OWNERS[state]
    }
  })
}

const OWNERS = {
  server: { isFine: true, text: 'one owns the data directory and is ready; commands go through it' },
  command: { isFine: true, text: 'none; another command owns the data directory until it has ended' },
  starting: { isFine: false, text: 'one owns the data directory and is not ready' },
  away: { isFine: true, text: 'none; a command that owned the data directory has just ended' },
}

export function checkIndex({ desks, program }: CliContext, config: Config): Promise<Finding> {
  return findOut('Index', async () => {
    for (let look = 1; ; look += 1) {
      const { storedRuns, indexedRuns, indexProblems } = await desks.inspectStore(config)
      const shown = [`shows ${indexedRuns} of ${storedRuns} stored runs`, ...indexProblems].join('; ')
      if (indexProblems.length === 0 && indexedRuns === storedRuns) return { isFine: true, text: shown }
      const owner = await desks.findOwner(config)
      await owner?.close()
      // Its files lag behind what the owner knows, or lagged until it ended just now.
      if (owner) return { isFine: true, text: `${shown}; its owner is at work on it` }
      if (look > 1) return { isFine: false, text: `${shown}; mend it with: ${program} doctor --reindex` }
    }
  })
}

async function findOut(what: string, look: () => Promise<Omit<Finding, 'what'>>): Promise<Finding> {
  try {
    return { what, ...(await look()) }
  } catch (error) {
    return { what, isFine: false, text: messageOf(error) }
  }
}
