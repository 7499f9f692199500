/** What a command is given: where to write, how to reach a desk, which signals come. Made by the program's entry. */
import type { Config, LoadOptions, SettingName, SettingSources } from '../config.ts'
import { loadConfig } from '../config.ts'
import type { Clock } from '../core/clock.ts'
import type { Listing } from '../market/vendor.ts'
import type { DeskConnection } from './client.ts'
import { cleanLine, type Output } from './terminal.ts'

export type StopSignal = 'SIGINT' | 'SIGTERM'

export interface Settings {
  config: Config
  sources: SettingSources
}

export interface ServedDesk {
  /** As a browser needs it. */
  url: string
  /** Stops in order. What was queued or at work goes on at the next start: `left` says how many runs. */
  close(): Promise<{ left: number }>
  /** Takes over the limits of calls from settings read again; the rest needs a new start. */
  setLimits(config: Config): void
}

/** What one small call to a model showed. */
export interface ModelProbe {
  model: string
  ok: boolean
  latency_ms: number | null
  usage: { input_tokens: number; output_tokens: number; cost_usd: number | null } | null
  problem: string | null
}

/** What `doctor` learns of the files of a desk, without changing anything. */
export interface StoreFacts {
  /** Runs with a folder below `RESULTS_DIR`. */
  storedRuns: number
  indexedRuns: number
  /** Why the index cannot be trusted, a sentence each. */
  indexProblems: string[]
}

/** The ways to a desk, each opened only when a command needs it. */
export interface DeskDoor {
  /** The process that owns the data directory; null where there is none. */
  findOwner(config: Config): Promise<DeskConnection | null>
  /** Owns the data directory while the command runs. `ConflictError` where another process came first. */
  openOwn(settings: Settings): Promise<DeskConnection>
  serve(settings: Settings): Promise<ServedDesk>
  /** Makes the index again from the results directory. `ConflictError` where a process owns the data directory. */
  reindex(settings: Settings): Promise<{ runs: number }>
  inspectStore(config: Config): Promise<StoreFacts>
  /** Why a run with the models and the budget of the settings would be refused, a sentence each. Asks nobody. */
  findModelProblems(config: Config): Promise<string[]>
  /** One small call to each of the models that the settings name, side by side. */
  probeModels(config: Config): Promise<ModelProbe[]>
  listPrices(config: Config): Promise<{ vendor: string; listings: Listing[]; strays: string[] }>
}

export interface CliContext {
  stdout: Output
  stderr: Output
  clock: Clock
  version: string
  /** How the program is called here: `npm run -s rundesk --` in a checkout, `rundesk` where it is installed. */
  program: string
  nodeVersion: string
  desks: DeskDoor
  /** Where settings come from besides flags; empty for the environment and `.env` of the process. */
  settings: Omit<LoadOptions, 'flags'>
  /** Returns the way to stop listening. Without a listener a signal ends the process as usual. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Told when the settings should be read again (SIGHUP). Returns the way to stop listening. */
  onReload(listener: () => void): () => void
  /** Ends the process without waiting for anything. */
  exitNow(code: number): void
}

/** Runs one command and keeps its exit code. */
export type Perform = (command: (context: CliContext) => Promise<number>) => Promise<void>

/** The settings with the command's flags; warnings go to stderr. Throws `SettingError`. */
export function loadSettings(
  context: CliContext,
  flags: Partial<Record<SettingName, string>> = {},
): Settings {
  const { config, sources, warnings } = loadConfig({ ...context.settings, flags })
  for (const warning of warnings) context.stderr.write(`${cleanLine(warning)}\n`)
  return { config, sources }
}
