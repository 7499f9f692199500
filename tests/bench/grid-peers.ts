/** How long others take for the same grid, where a Python has them: `RUNDESK_PYTHON`, else `python3`. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const SCRIPT = join(import.meta.dirname, 'grid-peers.py')
const BARS = join(import.meta.dirname, '..', '..', 'data', 'sample', 'GOOG.csv')
/** Of the 10,000 pairs, for one takes it some 25 ms; its time is scaled. */
const BACKTESTING_PAIRS = 100

type Peer = { pairs: number; seconds: number } | { missing: string }

export interface Peers {
  backtesting: Peer
  vectorbt: Peer
}

export async function timePeers(): Promise<Peers> {
  const python = process.env.RUNDESK_PYTHON ?? 'python3'
  try {
    const { stdout } = await promisify(execFile)(python, [SCRIPT, BARS, String(BACKTESTING_PAIRS)])
    return JSON.parse(stdout) as Peers
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const missing = `there is no ${python}`
    return { backtesting: { missing }, vectorbt: { missing } }
  }
}
