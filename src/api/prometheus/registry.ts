/**
 * The metrics of the desk and of its process, by the library that writes Prometheus' text format. Names and units as
 * Prometheus asks: base units, `_total` for what only grows. Labels have few values: never a ticker or whatever else a
 * client can name at will, and runs only where a bound says how many.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { STREAM_KINDS } from '../../core/open-streams.ts'
import { PAYLOAD_CHANNELS, savedShare, type PayloadUse } from '../../core/payload-meter.ts'
import { RUN_STATUSES } from '../../runs/status.ts'
import { FILES_STATES } from '../../runs/summary.ts'
import type { ApiDeps } from '../api-env.ts'
import type { SinceStart } from './since-start.ts'

/** A launch may name any model, and each is a tier: beyond so many the rest is left out. */
const MAX_TIERS = 100
/** Of how many of the runs told of last it is said what live updates saved. */
const MAX_PAYLOAD_RUNS = 20
/** From a run by rules to one at the default timeout, in seconds. */
const DURATION_BUCKETS = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200]

export type MetricSources = Pick<ApiDeps, 'desk' | 'concurrency' | 'openStreams' | 'payload'>

type Value = number | (() => number)

export function createRegistry(sources: MetricSources, sinceStart: SinceStart): Registry {
  const registry = new Registry()
  const common = { registers: [registry] }

  /** A gauge whose values are read when it is asked for; `read` says every one there is. */
  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: (set: (labels: Record<Label, string>, value: number) => void) => void,
  ): void {
    new Gauge({
      ...common,
      ...{ name: `rundesk_${name}`, help, labelNames },
      collect() {
        this.reset()
        read((labels, value) => this.set(labels, value))
      },
    })
  }

  /** The same for what only grows. */
  function counter<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: (set: (labels: Record<Label, string>, value: number) => void) => void,
  ): void {
    new Counter({
      ...common,
      ...{ name: `rundesk_${name}_total`, help, labelNames },
      collect() {
        this.reset()
        read((labels, value) => this.inc(labels, value))
      },
    })
  }

  function plain(add: typeof gauge | typeof counter, name: string, help: string, value: Value): void {
    add(name, help, [], (set) => set({}, typeof value === 'number' ? value : value()))
  }

  describeRuns()
  describeQueue()
  describeTiers()
  describeModels()
  describePayload()
  collectDefaultMetrics({ register: registry })
  return registry

  function describeRuns(): void {
    const { desk } = sources
    gauge('runs', 'Runs there are, by kind and status', ['kind', 'status'], (set) => {
      for (const [kind, counts] of Object.entries(desk.metrics().by_kind))
        for (const status of RUN_STATUSES) set({ kind, status }, counts[status])
    })
    gauge('runs_by_files', 'Runs by what is left of their files', ['state'], (set) => {
      const counts = desk.metrics().by_files
      for (const state of FILES_STATES) set({ state }, counts[state])
    })
    const ended = new Counter({
      ...common,
      name: 'rundesk_runs_ended_total',
      help: 'Runs that ended since this process started',
      labelNames: ['kind', 'status'],
      collect: observeEnded,
    })
    const durations = new Histogram({
      ...common,
      name: 'rundesk_run_duration_seconds',
      help: 'Time spent working by runs that ended since this process started, without waiting and pauses',
      labelNames: ['kind', 'status'],
      buckets: DURATION_BUCKETS,
      collect: observeEnded,
    })
    function observeEnded(): void {
      for (const { kind, status, seconds } of sinceStart.takeEnded()) {
        ended.inc({ kind, status })
        durations.observe({ kind, status }, seconds)
      }
    }
  }

  function describeQueue(): void {
    const { desk } = sources
    plain(gauge, 'queue_running', 'Runs at work', () => desk.queue().running)
    plain(gauge, 'queue_waiting', 'Runs that wait for a place', () => desk.queue().waiting)
    plain(gauge, 'queue_running_limit', 'Runs that may work at the same time', () => desk.queue().max_running)
    plain(gauge, 'queue_waiting_limit', 'Runs that may wait', () => desk.queue().max_waiting)
  }

  function describeTiers(): void {
    const tiers = () => sources.concurrency.tiers().slice(0, MAX_TIERS)
    const each = (read: (tier: ReturnType<typeof tiers>[number]) => number) => {
      return (set: (labels: { tier: string }, value: number) => void) => {
        for (const tier of tiers()) set({ tier: tier.tier }, read(tier))
      }
    }
    const labels: ['tier'] = ['tier']
    gauge(
      'tier_in_use',
      'Calls under way',
      labels,
      each((tier) => tier.in_use),
    )
    gauge(
      'tier_waiting',
      'Calls that wait for a place',
      labels,
      each((tier) => tier.waiting),
    )
    gauge(
      'tier_limit',
      'Calls at the same time, as set',
      labels,
      each((tier) => tier.limit),
    )
    gauge(
      'tier_adapted_limit',
      'Calls at the same time, after answers of "too many requests"',
      labels,
      each((tier) => tier.adapted_limit),
    )
    counter(
      'tier_rate_limited',
      'Answers of "too many requests"',
      labels,
      each((tier) => tier.rate_limited),
    )
    counter(
      'tier_retries',
      'Calls tried again',
      labels,
      each((tier) => tier.retries),
    )
    counter(
      'tier_back_off_seconds',
      'Time spent waiting between tries',
      labels,
      each((tier) => tier.back_off_seconds),
    )
  }

  function describeModels(): void {
    const { usage } = sinceStart
    plain(counter, 'model_calls', 'Model calls recorded', () => usage.calls)
    plain(counter, 'model_calls_unpriced', 'Those whose price is not known', () => sinceStart.unpricedCalls)
    counter('model_tokens', 'Tokens read and written by model calls', ['direction'], (set) => {
      set({ direction: 'input' }, usage.input_tokens)
      set({ direction: 'output' }, usage.output_tokens)
    })
    plain(counter, 'model_cost_usd', 'Cost of the model calls whose price is known', () => usage.cost_usd)
  }

  function describePayload(): void {
    const { payload, openStreams } = sources
    gauge('open_streams', 'Streams and sockets that are open', ['kind'], (set) => {
      for (const kind of STREAM_KINDS) set({ kind }, openStreams.counts[kind])
    })
    const each = (read: (use: ReturnType<typeof payload.total>) => number | null) => {
      return (set: (labels: { channel: string }, value: number) => void) => {
        for (const channel of PAYLOAD_CHANNELS) {
          const value = read(payload.total(channel))
          if (value !== null) set({ channel }, value)
        }
      }
    }
    const labels: ['channel'] = ['channel']
    counter(
      'payload_messages',
      'Live updates sent',
      labels,
      each((use) => use.messages),
    )
    counter(
      'payload_sent_bytes',
      'Bytes of live updates sent',
      labels,
      each((use) => use.sent_bytes),
    )
    counter(
      'payload_whole_bytes',
      'Bytes that sending the whole each time would have taken',
      labels,
      each((use) => use.whole_bytes),
    )
    gauge('payload_saved_ratio', 'The part saved of them, 0 to 1', labels, each(savedShare))
    const eachRun = (read: (use: PayloadUse) => number) => {
      return (set: (labels: { channel: string; run_id: string }, value: number) => void) => {
        for (const channel of PAYLOAD_CHANNELS)
          for (const [runId, use] of payload.runs(channel).slice(0, MAX_PAYLOAD_RUNS))
            set({ channel, run_id: runId }, read(use))
      }
    }
    const last = `of the ${MAX_PAYLOAD_RUNS} runs told of last`
    gauge(
      'run_payload_sent_bytes',
      `Bytes of live updates sent, ${last}`,
      ['channel', 'run_id'],
      eachRun((use) => use.sent_bytes),
    )
    gauge(
      'run_payload_whole_bytes',
      `Bytes that sending the whole each time would have taken, ${last}`,
      ['channel', 'run_id'],
      eachRun((use) => use.whole_bytes),
    )
  }
}
