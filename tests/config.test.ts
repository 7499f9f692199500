import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inspectSettings, loadConfig, SettingError } from '../src/config.ts'

const LIMITS = 'pairs like openai:6,anthropic:3,openai:gpt-4o:2, each a whole number from 1 to 1000'
const NOWHERE = join(tmpdir(), 'there-is-no-such-file.env')
const load = (environment: Record<string, string>, flags = {}) =>
  loadConfig({ environment, flags, envFile: NOWHERE })

describe('settings', () => {
  test('are the documented defaults when nothing is said', () => {
    const { config, sources, warnings } = load({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      maxParallelRuns: 5,
      maxQueuedRuns: 50,
      resultsMaxAgeDays: 7,
    })
    expect(new Set(Object.values(sources))).toEqual(new Set(['default']))
    expect(warnings).toEqual([])
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('come from a flag before the environment before the file', () => {
    const dir = mkdtempSync(join(tmpdir(), 'config-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const envFile = join(dir, '.env')
    writeFileSync(envFile, 'PORT=1\nMAX_PARALLEL_RUNS=2\nMAX_QUEUED_RUNS=3\n')
    const { config, sources } = loadConfig({
      environment: { PORT: '4', MAX_PARALLEL_RUNS: '5' },
      flags: { port: '6' },
      envFile,
    })
    expect([config.port, config.maxParallelRuns, config.maxQueuedRuns]).toEqual([6, 5, 3])
    expect([sources.port, sources.maxParallelRuns, sources.maxQueuedRuns, sources.host]).toEqual([
      'flag',
      'environment',
      '.env',
      'default',
    ])
  })

  test('that are empty count as not set', () => {
    expect(load({ PORT: '', MAX_PARALLEL_RUNS: '' }).config.port).toBe(8000)
  })

  test.each([
    ['PORT', 'eighty', 'a whole number from 0 to 65535'],
    ['PORT', '70000', 'a whole number from 0 to 65535'],
    ['MAX_PARALLEL_RUNS', '0', 'a whole number from 1 to 1000'],
    ['MAX_PARALLEL_RUNS', '1.5', 'a whole number from 1 to 1000'],
    ['MARKET_VENDOR', 'bloomberg', 'sample, csv or yahoo'],
    ['LLM_QUICK_MODEL', 'openai:`x`', 'provider:model, like openai:gpt-4o, or nothing'],
    ['LLM_DEEP_MODEL', 'gpt-4o', 'provider:model, like openai:gpt-4o, or nothing'],
    ['LLM_BASE_URL', 'localhost:8080', 'an http or https address'],
    ['LLM_PROVIDER_LIMITS', 'openai', 'pairs like openai:6'],
    ['LLM_PROVIDER_LIMITS', 'openai:0', 'pairs like openai:6'],
    ['LLM_PROVIDER_LIMITS', 'openai:gpt-4o', 'pairs like openai:6'],
    ['LLM_PRICES', 'openai:gpt-4o=2.5', 'pairs like openai:gpt-4o=2.5/10'],
    ['LLM_PROVIDER_LIMITS', 'opnai:3', LIMITS + '; there is no provider "opnai"; did you mean "openai"?'],
    [
      'LLM_PROVIDER_LIMITS',
      'global:3',
      LIMITS + '; there is no provider "global"; known are openai, anthropic',
    ],
    ['LLM_PROVIDER_LIMITS', 'openai:3,openai:4', LIMITS + '; "openai" is named twice'],
    [
      'LLM_PRICES',
      'antropic:x=1/2',
      'pairs like openai:gpt-4o=2.5/10: USD for a million tokens read and written; there is no',
    ],
    ['RUN_BUDGET_USD', 'five', 'a number above 0, at most 1000000, or nothing'],
    ['RUN_BUDGET_USD', '0', 'a number above 0, at most 1000000, or nothing'],
    ['RUN_BUDGET_USD', '1e99', 'a number above 0, at most 1000000, or nothing'],
    ['RUN_BUDGET_TOKENS', '1.5', 'a whole number from 1 to 1000000000, or nothing'],
  ])(
    '%s=%s stops the start with one line that names variable, value and what is allowed',
    (name, value, allowed) => {
      expect(() => load({ [name]: value })).toThrow(SettingError)
      expect(() => load({ [name]: value })).toThrow(`${name} is "${value}"; allowed: ${allowed}`)
    },
  )

  test.each([
    'http://someone:hunter2@127.0.0.1:8080/v1',
    'https://hunter2@models.example/v1',
    'https://someone:hunter2/@models.example/v1',
  ])('that are addresses with a password are refused, and it is not shown: %s', (value) => {
    expect(() => load({ LLM_BASE_URL: value })).toThrow(
      /^LLM_BASE_URL is "https?:\/\/…@[^"]+"; allowed: an http or https address without a name or password$/,
    )
    const { settings, problems } = inspectSettings({ environment: { LLM_BASE_URL: value }, envFile: NOWHERE })
    expect(JSON.stringify([settings, problems])).not.toContain('hunter2')
  })

  test('of models are read into what they mean', () => {
    const { config } = load({
      LLM_PROVIDER_LIMITS: 'openai:6, anthropic:3,openai:gpt-4o:2',
      LLM_PRICES: 'compatible:my/model=0.5/1.5',
      RUN_BUDGET_USD: '2.50',
    })
    expect(config.llmProviderLimits).toEqual({ openai: 6, anthropic: 3, 'openai:gpt-4o': 2 })
    expect(config.llmPrices).toEqual({ 'compatible:my/model': { input: 0.5, output: 1.5 } })
    expect([config.runBudgetUsd, config.runBudgetTokens]).toEqual([2.5, null])
    expect(load({ RUN_BUDGET_USD: '.5', RUN_BUDGET_TOKENS: '9000' }).config).toMatchObject({
      ...{ runBudgetUsd: 0.5, runBudgetTokens: 9_000 },
    })
  })

  test('refuse an open door: off loopback only with a password', () => {
    expect(() => load({ HOST: '0.0.0.0' })).toThrow(
      /HOST is "0.0.0.0"; allowed without AUTH_PASSWORD: a loopback address/,
    )
    expect(load({ HOST: '0.0.0.0', AUTH_PASSWORD: 'long enough' }).config.host).toBe('0.0.0.0')
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      expect(load({ HOST: host }).config.host).toBe(host)
    for (const host of ['127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1'])
      expect(() => load({ HOST: host })).toThrow(SettingError)
  })

  test('take the older name of the age limit, in days rounded up, unless the newer is set', () => {
    const older = load({ RUN_RESULTS_MAX_AGE_HOURS: '25' })
    expect(older.config.resultsMaxAgeDays).toBe(2)
    expect(older.warnings).toHaveLength(1)
    expect(
      load({ RUN_RESULTS_MAX_AGE_HOURS: '25', RUN_RESULTS_MAX_AGE_DAYS: '9' }).config.resultsMaxAgeDays,
    ).toBe(9)
    expect(() => load({ RUN_RESULTS_MAX_AGE_HOURS: 'old' })).toThrow(/RUN_RESULTS_MAX_AGE_HOURS is "old"/)
  })
})
