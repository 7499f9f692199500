/**
 * The settings: the only reader of the environment. Parsed once, checked, frozen. A value comes from a command-line
 * flag, else from the environment, else from `.env` in the working directory, else from the default below.
 */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { BUDGET_RANGE, isBudgetBound, readBudgetBound, type BudgetUnit } from './core/budget-range.ts'
import { quote } from './core/errors.ts'
import { MODEL_NAME } from './core/ids.ts'
import { findWrongName } from './core/model-providers.ts'

const wholeNumber = (min: number, max: number) => ({
  schema: z.coerce.number().int().min(min).max(max),
  allowed: `a whole number from ${min} to ${max}`,
})
const onOff = {
  schema: z.enum(['0', '1']).transform((value) => value === '1'),
  allowed: '0 or 1',
}
const text = { schema: z.string(), allowed: 'text' }
const bound = (unit: BudgetUnit) => ({
  schema: z
    .string()
    .transform((value) => (value.trim() === '' ? null : readBudgetBound(value)))
    .refine((value): value is number | null => value === null || isBudgetBound(unit, value)),
  allowed: `${BUDGET_RANGE[unit]}, or nothing`,
})
const limits = {
  schema: z.string().transform((value, context) => parseLimits(value, context)),
  allowed: 'pairs like openai:6,anthropic:3,openai:gpt-4o:2, each a whole number from 1 to 1000',
}
const prices = {
  schema: z.string().transform((value, context) => parsePrices(value, context)),
  allowed: 'pairs like openai:gpt-4o=2.5/10: USD for a million tokens read and written',
}
const list = {
  schema: z.string().transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
  allowed: 'a comma-separated list',
}

const modelName = {
  schema: z.string().refine((value) => value === '' || MODEL_NAME.test(value)),
  allowed: 'provider:model, like openai:gpt-4o, or nothing',
}
const address = {
  schema: z.string().refine((value) => value === '' || isPlainAddress(value)),
  allowed: 'an http or https address without a name or password',
}

/** An address goes into messages and logs: one with a name or password in it is none of ours. */
function isPlainAddress(value: string): boolean {
  if (!/^https?:\/\/[^\s/]+/.test(value) || !URL.canParse(value)) return false
  const { username, password } = new URL(value)
  return username === '' && password === ''
}

function parseLimits(value: string, context: z.RefinementCtx): Record<string, number> {
  const pairs = list.schema.parse(value).map((part) => /^(.+):(\d{1,4})$/.exec(part))
  const limits = pairs.map((match) => [match?.[1] ?? '', Number(match?.[2] ?? 0)] as const)
  if (limits.some(([tier, limit]) => tier === '' || limit < 1 || limit > 1_000))
    return refuse(context, 'not a list of limits')
  const why = findWrongName(limits.map(([tier]) => tier))
  return why === null ? Object.fromEntries(limits) : refuse(context, 'not a list of our tiers', why)
}

function parsePrices(
  value: string,
  context: z.RefinementCtx,
): Record<string, { input: number; output: number }> {
  const pairs = list.schema
    .parse(value)
    .map((part) => /^([^=]+)=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(part))
  if (pairs.some((match) => match === null)) return refuse(context, 'not a list of prices')
  const prices = pairs.map(
    (match) => [match![1]!.trim(), { input: Number(match![2]), output: Number(match![3]) }] as const,
  )
  const why = findWrongName(prices.map(([model]) => model))
  return why === null ? Object.fromEntries(prices) : refuse(context, 'not a list of our models', why)
}

/** `why` is told to the person besides what is allowed. */
function refuse(context: z.RefinementCtx, message: string, why?: string): never {
  context.addIssue({ code: 'custom', message, ...(why !== undefined && { params: { why } }) })
  return z.NEVER
}

interface Setting<T> {
  env: string
  schema: z.ZodType<T, unknown>
  allowed: string
  fallback: string
  about: string
  secret?: boolean
}

function setting<T>(
  env: string,
  type: { schema: z.ZodType<T, unknown>; allowed: string },
  fallback: string | number,
  about: string,
  options: { secret?: boolean } = {},
): Setting<T> {
  return { env, ...type, fallback: String(fallback), about, ...options }
}

/** Every setting, in the order in which it is shown. The README's table is tested against this. */
export const SETTINGS = {
  host: setting(
    'HOST',
    text,
    '127.0.0.1',
    'Address to listen on. Off loopback, `AUTH_PASSWORD` is required.',
  ),
  port: setting('PORT', wholeNumber(0, 65_535), 8000, 'Port to listen on; 0 picks a free one.'),
  dataDir: setting(
    'DATA_DIR',
    text,
    'data',
    'Where the index, launch records and the owner socket are kept.',
  ),
  resultsDir: setting('RESULTS_DIR', text, 'results', 'Where each run leaves its folder.'),
  marketVendor: setting(
    'MARKET_VENDOR',
    { schema: z.enum(['sample', 'csv', 'yahoo']), allowed: 'sample, csv or yahoo' },
    'sample',
    'Source of prices: the bundled sample, your own CSV files, or Yahoo Finance.',
  ),
  csvDir: setting('CSV_DIR', text, '', 'Folder of `<TICKER>.csv` files, for `MARKET_VENDOR=csv`.'),
  strategiesDir: setting(
    'STRATEGIES_DIR',
    text,
    '',
    'Folder of your own strategies, a TypeScript or JavaScript file each ([how to write one](docs/strategies.md)).',
  ),
  newsFeeds: setting(
    'NEWS_FEEDS',
    list,
    '',
    'Where headlines come from, in this order: RSS or Atom addresses (`{ticker}` stands for the symbol), or `yahoo`; comma-separated. Nothing: no news analyst.',
  ),
  fundamentalsSource: setting(
    'FUNDAMENTALS_SOURCE',
    { schema: z.enum(['none', 'edgar', 'yahoo']), allowed: 'none, edgar or yahoo' },
    'none',
    'Where company figures come from: SEC EDGAR (as filed, so true to the date; needs `SEC_CONTACT`) or Yahoo Finance (no day of filing: shown 90 days after a quarter, 135 after a year).',
  ),
  sentimentSource: setting(
    'SENTIMENT_SOURCE',
    { schema: z.enum(['none', 'yahoo']), allowed: 'none or yahoo' },
    'none',
    'Where analysts’ rating changes and insiders’ trades come from.',
  ),
  secContact: setting(
    'SEC_CONTACT',
    text,
    '',
    'Name and e-mail address sent to SEC EDGAR with each request, as it asks of programs.',
  ),
  dataMaxConcurrency: setting(
    'DATA_MAX_CONCURRENCY',
    wholeNumber(1, 64),
    4,
    'Requests for data (prices, filings, news) at the same time.',
  ),
  llmDeepModel: setting(
    'LLM_DEEP_MODEL',
    modelName,
    '',
    'Model of the two managers, as `provider:model`: `openai:…`, `anthropic:…`, `google:…`, `ollama:…`, `compatible:…`. Neither model set: the rules committee.',
  ),
  llmQuickModel: setting(
    'LLM_QUICK_MODEL',
    modelName,
    '',
    'Model of everyone else. One of the two set stands for both.',
  ),
  llmBaseUrl: setting(
    'LLM_BASE_URL',
    address,
    '',
    'Address of a server that speaks OpenAI chat completions, up to `/v1`, for `compatible:…`.',
  ),
  llmApiKey: setting('LLM_API_KEY', text, '', 'Key for that server, if it wants one.', { secret: true }),
  openaiApiKey: setting('OPENAI_API_KEY', text, '', 'Key for `openai:…`.', { secret: true }),
  openaiBaseUrl: setting(
    'OPENAI_BASE_URL',
    address,
    'https://api.openai.com/v1',
    'Where `openai:…` is asked.',
  ),
  anthropicApiKey: setting('ANTHROPIC_API_KEY', text, '', 'Key for `anthropic:…`.', { secret: true }),
  anthropicBaseUrl: setting(
    'ANTHROPIC_BASE_URL',
    address,
    'https://api.anthropic.com/v1',
    'Where `anthropic:…` is asked.',
  ),
  googleApiKey: setting('GOOGLE_GENERATIVE_AI_API_KEY', text, '', 'Key for `google:…`.', { secret: true }),
  googleBaseUrl: setting(
    'GOOGLE_BASE_URL',
    address,
    'https://generativelanguage.googleapis.com/v1beta',
    'Where `google:…` is asked.',
  ),
  ollamaBaseUrl: setting(
    'OLLAMA_BASE_URL',
    address,
    'http://127.0.0.1:11434/v1',
    'Where `ollama:…` is asked.',
  ),
  llmMaxConcurrency: setting(
    'LLM_MAX_CONCURRENCY',
    wholeNumber(1, 1_000),
    8,
    'Model calls at the same time, over all runs. Read again on `SIGHUP`.',
  ),
  llmProviderLimits: setting(
    'LLM_PROVIDER_LIMITS',
    limits,
    '',
    'Tighter limits for a provider or a model, like `openai:6,anthropic:3,openai:gpt-4o:2`. Read again on `SIGHUP`.',
  ),
  llmTimeoutSeconds: setting(
    'LLM_TIMEOUT_SECONDS',
    wholeNumber(1, 3_600),
    120,
    'Seconds one model call may take.',
  ),
  llmPrices: setting(
    'LLM_PRICES',
    prices,
    '',
    'Prices that the built-in table does not know or has wrong, in USD for a million tokens read and written, like `compatible:my-model=0.5/1.5`.',
  ),
  runBudgetUsd: setting(
    'RUN_BUDGET_USD',
    bound('usd'),
    '',
    'What the model calls of one run may cost, in USD; a run that would pass it pauses. Nothing: no bound.',
  ),
  runBudgetTokens: setting(
    'RUN_BUDGET_TOKENS',
    bound('tokens'),
    '',
    'Tokens one run may use, read and written together; a run that would pass it pauses. Nothing: no bound.',
  ),
  runTimeoutMinutes: setting(
    'RUN_TIMEOUT_MINUTES',
    wholeNumber(1, 10_080),
    120,
    'Minutes of work after which an assessment fails.',
  ),
  maxTickersPerRequest: setting('MAX_TICKERS_PER_REQUEST', wholeNumber(1, 100), 10, 'Tickers in one launch.'),
  maxParallelRuns: setting(
    'MAX_PARALLEL_RUNS',
    wholeNumber(1, 1_000),
    5,
    'Runs that work at the same time. Where searches and other long runs hold every place, one backtest more may work.',
  ),
  maxQueuedRuns: setting(
    'MAX_QUEUED_RUNS',
    wholeNumber(0, 10_000),
    50,
    'Runs that may wait for a place; beyond that a launch is answered 429.',
  ),
  enableMultiRun: setting(
    'ENABLE_MULTI_RUN',
    onOff,
    1,
    '0: one ticker in a launch, one run at work at a time, and `/ws` follows that run.',
  ),
  enableLogStream: setting(
    'ENABLE_LOG_STREAM',
    onOff,
    1,
    '0: logs are not sent live; they are read on request.',
  ),
  logBufferMaxLines: setting(
    'LOG_BUFFER_MAX_LINES',
    wholeNumber(10, 100_000),
    250,
    'Log lines of a run kept in memory; the journal has all.',
  ),
  pruneIntervalSeconds: setting(
    'RUN_PRUNE_INTERVAL_SECONDS',
    wholeNumber(1, 86_400),
    300,
    'Seconds between two looks at what is due for pruning.',
  ),
  maxAgeHours: setting(
    'RUN_MAX_AGE_HOURS',
    wholeNumber(1, 87_600),
    24,
    'Hours after which a finished run leaves the memory and its files are packed; both read as before.',
  ),
  resultsMaxPerTicker: setting(
    'RUN_RESULTS_MAX_PER_TICKER',
    wholeNumber(1, 100_000),
    20,
    'Newest runs of a ticker, of each kind, whose files are kept.',
  ),
  resultsMaxAgeDays: setting(
    'RUN_RESULTS_MAX_AGE_DAYS',
    wholeNumber(0, 36_500),
    7,
    'Days after which the files of a finished run are pruned; 0 deletes nothing, by age or count.',
  ),
  authPassword: setting('AUTH_PASSWORD', text, '', 'Password for signing in; required off loopback.', {
    secret: true,
  }),
  allowedHosts: setting(
    'ALLOWED_HOSTS',
    list,
    '',
    'Host names the desk answers to, besides loopback and `HOST`; comma-separated.',
  ),
  allowedOrigins: setting(
    'ALLOWED_ORIGINS',
    list,
    '',
    'Origins that may post to the desk besides its own; comma-separated, like `https://desk.example`.',
  ),
  notifyWebhookUrl: setting(
    'NOTIFY_WEBHOOK_URL',
    address,
    '',
    'Where a message is posted when a run completes or fails. Nothing: nowhere.',
    { secret: true },
  ),
  notifyWebhookSecret: setting(
    'NOTIFY_WEBHOOK_SECRET',
    text,
    '',
    'Key with which these messages are signed (HMAC SHA-256 in `Rundesk-Signature`). Nothing: not signed.',
    { secret: true },
  ),
  demoStepDelayMs: setting(
    'DEMO_STEP_DELAY_MS',
    wholeNumber(0, 600_000),
    0,
    'Waits this long inside each step, for demonstrations and drills.',
  ),
} as const

export type SettingName = keyof typeof SETTINGS
export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never
}
export type SettingSource = 'flag' | 'environment' | '.env' | 'default'
export type SettingSources = Record<SettingName, SettingSource>

/** A setting that cannot be used; the message is one line that names variable, value and what is allowed. */
export class SettingError extends Error {
  override name = 'SettingError'
}

export interface LoadOptions {
  environment?: Record<string, string | undefined>
  /** Values given on the command line, by setting name. */
  flags?: Partial<Record<SettingName, string>>
  /** The `.env` file; missing is fine. */
  envFile?: string
}

export function loadConfig(options: LoadOptions = {}): {
  config: Config
  sources: SettingSources
  warnings: string[]
} {
  const { values, sources, warnings, problems } = readSettings(options)
  if (problems.length > 0) throw new SettingError(problems[0]!.message)
  return { config: Object.freeze(values) as unknown as Config, sources: sources as SettingSources, warnings }
}

/** A setting as it is shown to a person: the value of a secret is not. */
export interface InspectedSetting {
  name: SettingName
  env: string
  about: string
  source: SettingSource
  isUsable: boolean
  shown: string
}

/**
 * Every setting, usable or not. `problems` are the lines with which `loadConfig` would refuse, in the same order;
 * `config` has the default in place of what cannot be used.
 */
export function inspectSettings(options: LoadOptions = {}): {
  settings: InspectedSetting[]
  config: Config
  problems: string[]
  warnings: string[]
} {
  const { values, sources, unusable, warnings, problems } = readSettings(options)
  const settings = (Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]).map(
    ([name, definition]) => {
      const value = unusable[name] ?? values[name]
      return {
        name,
        env: definition.env,
        about: definition.about,
        source: sources[name]!,
        isUsable: !(name in unusable),
        shown: definition.secret ? (value === '' ? 'not set' : 'set, not shown') : describeValue(value),
      }
    },
  )
  return {
    settings,
    config: Object.freeze(values) as unknown as Config,
    problems: problems.map((problem) => problem.message),
    warnings,
  }
}

/**
 * A value as a person reads it: lists and records as they are written in the environment; `not set` for nothing, and no
 * name or password of an address.
 */
export function describeValue(value: unknown): string {
  const text =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value)
          .map(([name, one]) =>
            typeof one === 'object' ? `${name}=${one.input}/${one.output}` : `${name}:${one}`,
          )
          .join(',')
      : Array.isArray(value)
        ? value.join(',')
        : typeof value === 'boolean'
          ? String(Number(value))
          : String(value ?? '')
  return text === '' ? 'not set' : hideUserinfo(text)
}

/** Whatever stands before the last `@` after `//`, for a password may hold slashes too. */
function hideUserinfo(text: string): string {
  return text.replace(/\/\/[^\s,]*@/g, '//…@')
}

interface ReadSettings {
  /** The default stands in place of what cannot be used. */
  values: Record<string, unknown>
  /** As they were given. */
  unusable: Record<string, string>
  sources: Record<string, SettingSource>
  warnings: string[]
  problems: SettingError[]
}

function readSettings(options: LoadOptions): ReadSettings {
  const environment = options.environment ?? process.env
  const file = readEnvFile(options.envFile ?? '.env')
  const read: ReadSettings = { values: {}, unusable: {}, sources: {}, warnings: [], problems: [] }
  for (const [name, definition] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const candidates: [SettingSource, string | undefined][] = [
      ['flag', options.flags?.[name]],
      ['environment', environment[definition.env]],
      ['.env', file[definition.env]],
      ['default', definition.fallback],
    ]
    const [source, raw] = candidates.find(
      (candidate): candidate is [SettingSource, string] =>
        candidate[1] !== undefined && (candidate[1] !== '' || definition.fallback === ''),
    )!
    read.sources[name] = source
    const parsed = definition.schema.safeParse(raw)
    if (parsed.success && (raw.trim() !== '' || definition.fallback === '')) {
      read.values[name] = parsed.data
    } else {
      const shown = definition.secret ? '(hidden)' : quote(hideUserinfo(raw))
      const allowed = [definition.allowed, ...listReasons(parsed.error)].join('; ')
      read.problems.push(new SettingError(`${definition.env} is ${shown}; allowed: ${allowed}`))
      read.unusable[name] = raw
      read.values[name] = definition.schema.parse(definition.fallback)
    }
  }
  const { values, sources, warnings, problems } = read
  collectProblem(problems, () => convertLegacyHours(values, sources, { ...file, ...environment }, warnings))
  collectProblem(problems, () => refuseOpenDoor(values as unknown as Config))
  return read
}

function listReasons(error: z.ZodError | undefined): string[] {
  const [issue] = error?.issues ?? []
  const why: unknown = issue?.code === 'custom' ? issue.params?.why : undefined
  return typeof why === 'string' ? [why] : []
}

function collectProblem(problems: SettingError[], check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    problems.push(error)
  }
}

/** `RUN_RESULTS_MAX_AGE_HOURS` was the older name: converted to days, rounded up, where the newer one is not set. */
function convertLegacyHours(
  values: Record<string, unknown>,
  sources: Record<string, SettingSource>,
  environment: Record<string, string | undefined>,
  warnings: string[],
): void {
  const raw = environment.RUN_RESULTS_MAX_AGE_HOURS
  if (raw === undefined || raw === '') return
  if (sources.resultsMaxAgeDays !== 'default') {
    warnings.push('RUN_RESULTS_MAX_AGE_HOURS is ignored, because RUN_RESULTS_MAX_AGE_DAYS is set')
    return
  }
  const hours = Number(raw)
  if (!Number.isFinite(hours) || hours < 0) {
    throw new SettingError(
      `RUN_RESULTS_MAX_AGE_HOURS is ${quote(raw)}; allowed: a number of hours, 0 or more`,
    )
  }
  values.resultsMaxAgeDays = Math.ceil(hours / 24)
  sources.resultsMaxAgeDays = 'environment'
  warnings.push(
    `RUN_RESULTS_MAX_AGE_HOURS=${raw} is an older name: taken as RUN_RESULTS_MAX_AGE_DAYS=${Math.ceil(hours / 24)}`,
  )
}

function refuseOpenDoor(config: Config): void {
  if (isLoopback(config.host) || config.authPassword !== '') return
  throw new SettingError(
    `HOST is ${quote(config.host)}; allowed without AUTH_PASSWORD: a loopback address, for whoever reaches the desk may use it`,
  )
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}

function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Record<string, string | undefined>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
