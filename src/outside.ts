/**
 * All that reaches out of the process, put together as the settings say: the guarded net, the vendor of prices, the
 * sources, the models. Nothing is asked before somebody asks for it.
 */
import type { ModelDesk } from './committee/model-choice.ts'
import type { Config } from './config.ts'
import type { Clock } from './core/clock.ts'
import type { CallLimits, Concurrency } from './core/concurrency.ts'
import { InputError } from './core/errors.ts'
import { createGateway } from './llm/gateway.ts'
import type { GatewayLimits } from './llm/model-call.ts'
import { createModelFacts } from './llm/model-facts.ts'
import { parseModelId } from './llm/model-id.ts'
import { checkProvider } from './llm/provider-settings.ts'
import { createMarket, type Market } from './market/market.ts'
import type { Sources } from './market/sources.ts'
import { allowedHostsOf, createSources } from './market/sources/create-sources.ts'
import { watchVendor, type VendorHealth } from './market/vendor-health.ts'
import type { Vendor } from './market/vendor.ts'
import { createVendor } from './market/vendors/index.ts'
import { createNet } from './net/create-net.ts'

const WEBHOOK_CONCURRENCY = 4

export interface Outside {
  readonly vendor: Vendor
  /** How it has answered since the start. */
  vendorHealth(): VendorHealth
  readonly market: Market
  readonly sources: Sources
  readonly models: ModelDesk
  readonly concurrency: Concurrency
  /** That prices and sources may be asked of. */
  readonly hosts: readonly string[]
  close(): Promise<void>
}

export interface OutsideOptions {
  clock: Clock
  /** As it says who asks. */
  version: string
  warn(message: string): void
}

/** Throws `InputError` naming the variable for settings that do not go together. */
export function openOutside(config: Config, { clock, version, warn }: OutsideOptions): Outside {
  const hosts = allowedHostsOf(config)
  const net = createNet({
    allowedHosts: hosts,
    clock,
    limits: { maxConcurrency: config.dataMaxConcurrency },
    userAgent: `Rundesk/${version}`,
  })
  const { vendor, health } = watchVendor(createVendor(config, net), clock)
  const facts = createModelFacts({ prices: config.llmPrices, clock })
  let limits = readCallLimits(config)
  const gateway = createGateway({
    providers: config,
    limits: toGatewayLimits(limits),
    timeoutMs: config.llmTimeoutSeconds * 1_000,
    facts,
    clock,
    random: Math.random,
  })
  return {
    vendor,
    vendorHealth: health,
    market: createMarket(vendor),
    sources: createSources(config, net, { warn }),
    models: {
      deep: config.llmDeepModel || null,
      quick: config.llmQuickModel || null,
      budgetUsd: config.runBudgetUsd,
      budgetTokens: config.runBudgetTokens,
      gateway,
      facts,
    },
    concurrency: {
      tiers: () => [...gateway.use(), ...net.use()],
      get limits() {
        return limits
      },
      setLimits(changed) {
        limits = { ...limits, ...changed }
        gateway.setLimits(toGatewayLimits(limits))
      },
    },
    hosts,
    close: () => net.close(),
  }
}

/**
 * Why a run with the models and the budget of the settings would be refused, a sentence each; each model is looked at for
 * itself. Nobody is asked.
 */
export function findModelProblems(config: Config): string[] {
  const named = Object.entries({ LLM_DEEP_MODEL: config.llmDeepModel, LLM_QUICK_MODEL: config.llmQuickModel })
  const { priceOf } = createModelFacts({ prices: config.llmPrices })
  return named.flatMap(([variable, model]) => {
    if (model === '') return []
    try {
      checkProvider(config, variable, model, parseModelId(variable, model).provider)
    } catch (error) {
      if (error instanceof InputError) return [error.message]
      throw error
    }
    if (config.runBudgetUsd === null || priceOf(model) !== null) return []
    return [
      `RUN_BUDGET_USD is ${config.runBudgetUsd}, but the price of ${model} is not known: give it in LLM_PRICES`,
    ]
  })
}

export function readCallLimits(config: Config): CallLimits {
  return {
    llm_max_concurrency: config.llmMaxConcurrency,
    llm_provider_limits: config.llmProviderLimits,
  }
}

function toGatewayLimits(limits: CallLimits): GatewayLimits {
  return { maxConcurrency: limits.llm_max_concurrency, providerLimits: limits.llm_provider_limits }
}

/** Which analysts besides the market's have something to read. */
export function describeSources({ fundamentals, news, sentiment }: Sources) {
  return { fundamentals: fundamentals !== null, news: news.length > 0, sentiment: sentiment !== null }
}

/** The models that the settings name, each once. */
export function configuredModels({ deep, quick }: Pick<ModelDesk, 'deep' | 'quick'>): string[] {
  return [...new Set([deep, quick].filter((model) => model !== null))]
}

/**
 * The way to the receiver of notices: that one address and no other. It may be on this machine or in its network, for a
 * person has named it in the settings. Null where none is set.
 */
export function openWebhook(config: Config, { clock, version }: Pick<OutsideOptions, 'clock' | 'version'>) {
  const { notifyWebhookUrl: url, notifyWebhookSecret: secret } = config
  if (url === '') return null
  const { fetch, close } = createNet({
    allowedHosts: [new URL(url).host],
    clock,
    limits: { maxConcurrency: WEBHOOK_CONCURRENCY, perHost: WEBHOOK_CONCURRENCY },
    userAgent: `Rundesk/${version}`,
    permitAddress: () => true,
  })
  return { webhook: { url, secret, fetch }, close }
}
