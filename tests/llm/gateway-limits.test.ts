/** Limits over several runs at once, as the server sees them. */
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createGateway } from '../../src/llm/gateway.ts'
import type { CallFrame } from '../../src/llm/model-call.ts'
import { settle } from '../support/manual-clock.ts'
import { createAnthropicServer } from '../support/scripted-models/anthropic-server.ts'
import { createOpenAiServer } from '../support/scripted-models/openai-server.ts'
import { createGate, type Gate, type Script } from '../support/scripted-models/script.ts'
import { scriptedProviders } from '../support/scripted-models/wires.ts'
import { GOOD, OPENAI, openGatewayDesk, VERDICT } from './gateway-desk.ts'

const frame = (model: string, run: string, signal = new AbortController().signal): CallFrame => ({
  ...{ model, run, signal, system: 'Weigh.', maxOutputTokens: 100 },
  turns: [{ role: 'user', text: `This is ${run}.` }],
})

it('never has more than 4 calls under way, 3 of a provider, 2 of a model, and serves ten runs alike', async () => {
  const held: { gate: Gate; run: string }[] = []
  // Every answer waits until the test lets it go, so that as much is under way as the limits let through.
  let mostAtOnce = 0
  const script: Script = ({ turns }) => {
    mostAtOnce = Math.max(mostAtOnce, openai.inFlight + anthropic.inFlight)
    const gate = createGate()
    held.push({ gate, run: turns[0]!.text })
    return { kind: 'json', value: GOOD, gate: gate.opened }
  }
  const openai = await createOpenAiServer(script)
  const anthropic = await createAnthropicServer(script)
  onTestFinished(() => Promise.all([openai.close(), anthropic.close()]).then(() => undefined))
  const gateway = createGateway({
    providers: scriptedProviders({ openaiBaseUrl: openai.baseUrl, anthropicBaseUrl: anthropic.baseUrl }),
    limits: { maxConcurrency: 4, providerLimits: { openai: 3, 'openai:small': 2 } },
    ...{ timeoutMs: 60_000, clock: systemClock, random: () => 0.5 },
    facts: { priceOf: () => null, cutoffOf: () => null },
  })
  const models = ['openai:small', 'openai:large', 'anthropic:claude-sonnet-4-5']
  const runs = Array.from({ length: 10 }, (_, index) => `run ${index}`)
  let done = 0
  const calls = runs.flatMap((run) =>
    models.map(async (model) => {
      const asked = await gateway.ask({ ...frame(model, run), answer: { name: 'v', schema: VERDICT } })
      done++
      return asked.outcome
    }),
  )
  const all = Promise.all(calls)
  const served: string[] = []
  while (done < calls.length) {
    // Only when every permit that was given out has reached a server, so that the limits are tried to the full.
    const isSettled = gateway.use()[0]!.in_use === openai.inFlight + anthropic.inFlight
    const next = isSettled ? held.shift() : undefined
    if (next) {
      served.push(next.run)
      next.gate.open()
    }
    await settle(1)
  }

  expect(await all).toEqual(calls.map(() => 'answered'))
  expect(mostAtOnce).toBe(4)
  expect(openai.peak()).toBeLessThanOrEqual(3)
  expect(openai.peak('small')).toBe(2)
  expect(openai.calls.length + anthropic.calls.length).toBe(30)
  // First come, first served: a run's last call is not far behind where it stood in line.
  for (const [index, run] of runs.entries()) {
    const last = served.lastIndexOf(`This is ${run}.`)
    expect(Math.abs(last - (index * 3 + 2))).toBeLessThanOrEqual(10)
  }
  expect(gateway.use().every((tier) => tier.in_use === 0 && tier.waiting === 0)).toBe(true)
})

it('probes how long a model itself takes, whatever the wait for a place', async () => {
  const gate = createGate()
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'text', text: 'ready', gate: gate.opened }), {
    limits: { maxConcurrency: 1, providerLimits: {} },
  })
  const held = desk.gather()
  await desk.server.arrived(1)
  const probe = desk.gateway.probe('openai:other', new AbortController().signal)
  await settle()
  await desk.clock.advance(59_999)
  gate.open()

  expect(await probe).toMatchObject({ ok: true, latency_ms: 0, problem: null })
  await held
})

it('gives up on a probe that gets no place for as long as a call may take', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({
    ...{ kind: 'status', status: 429, headers: { 'retry-after': '120' } },
  }))
  const stop = new AbortController()
  const told = desk.gather({ signal: stop.signal })
  await desk.noticed()
  const probe = desk.gateway.probe(OPENAI.model, new AbortController().signal)
  await settle()
  await desk.clock.advance(60_000)

  expect(await probe).toMatchObject({
    ...{ ok: false, problem: 'openai:gpt-4o was not asked: no place was free within 60 s' },
  })
  expect(desk.gateway.use().every(({ waiting, in_use }) => waiting + in_use === 0)).toBe(true)
  stop.abort(new Error('enough'))
  await expect(told).rejects.toThrow('enough')
})

it('takes a changed limit into account for those who wait', async () => {
  const gate = createGate()
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'json', value: GOOD, gate: gate.opened }), {
    limits: { maxConcurrency: 1, providerLimits: {} },
  })
  const calls = Promise.all(Array.from({ length: 3 }, () => desk.ask()))
  await desk.server.arrived(1)
  expect(desk.gateway.use()[0]).toMatchObject({ tier: 'global', limit: 1, in_use: 1, waiting: 2 })

  desk.gateway.setLimits({ maxConcurrency: 8, providerLimits: { 'openai:gpt-4o': 2 } })
  await desk.server.arrived(2)
  expect(desk.server.inFlight).toBe(2)
  gate.open()

  expect((await calls).map((asked) => asked.outcome)).toEqual(['answered', 'answered', 'answered'])
  expect(desk.server.peak()).toBe(2)
})

it('leaves a model alone for as long as it asks, whoever wants it; another model is asked meanwhile', async () => {
  const desk = await openGatewayDesk(OPENAI, ({ model, index }) =>
    model === 'gpt-4o' && index < 8
      ? { kind: 'status', status: 429, headers: { 'retry-after': '60' } }
      : { kind: 'json', value: GOOD },
  )
  const calls = Promise.all(Array.from({ length: 100 }, (_, index) => desk.ask({ run: `run ${index}` })))
  for (let told = 0; told < 8; told++) await desk.noticed()
  await settle()
  const use = () => desk.gateway.use().find(({ tier }) => tier === 'openai:gpt-4o')
  expect(desk.server.calls).toHaveLength(8)
  expect(use()).toMatchObject({ in_use: 0, waiting: 92, closed_for_seconds: 60 })

  expect(await desk.ask({ model: 'openai:other' })).toMatchObject({ outcome: 'answered', waited_ms: 0 })
  await desk.clock.advance(59_999)
  expect(desk.server.calls).toHaveLength(9)
  await desk.clock.advance(2_000)

  expect((await calls).map(({ outcome }) => outcome)).toEqual(Array(100).fill('answered'))
  expect(use()).toMatchObject({ in_use: 0, waiting: 0, closed_for_seconds: 0 })
})

it('lets another run through while one waits for its next try', async () => {
  const desk = await openGatewayDesk(
    OPENAI,
    ({ turns }) =>
      turns[0]!.text.includes('first') ? { kind: 'status', status: 503 } : { kind: 'json', value: GOOD },
    { limits: { maxConcurrency: 1, providerLimits: {} } },
  )
  const stop = new AbortController()
  const first = desk.ask({ turns: [{ role: 'user', text: 'first' }], signal: stop.signal })
  await desk.noticed()

  expect(await desk.ask({ run: 'another' })).toMatchObject({ outcome: 'answered', waited_ms: 0 })
  stop.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
})

it('leaks no permit over 1,000 calls of which a third fail and a third are aborted', async () => {
  const arrived = new Map<number, () => void>()
  const desk = await openGatewayDesk(
    OPENAI,
    ({ turns }) => {
      const [kind, index] = turns[0]!.text.split(' ')
      if (kind === 'abort') {
        arrived.get(Number(index))?.()
        return { kind: 'hang' }
      }
      return kind === 'fail' ? { kind: 'status', status: 400, message: 'no' } : { kind: 'json', value: GOOD }
    },
    { limits: { maxConcurrency: 16, providerLimits: { openai: 12, 'openai:gpt-4o': 10 } } },
  )
  const counts = { answered: 0, failed: 0, aborted: 0 }
  const one = async (index: number) => {
    const kind = (['answer', 'fail', 'abort'] as const)[index % 3]!
    const stop = new AbortController()
    const call = desk.ask({
      ...{
        run: `run ${index % 10}`,
        turns: [{ role: 'user', text: `${kind} ${index}` }],
        signal: stop.signal,
      },
    })
    const abort = () => stop.abort(new Error('stopped'))
    // Half of them when the request is under way, half a moment after asking, mostly while they wait in line.
    if (kind === 'abort' && index % 2 === 0) arrived.set(index, abort)
    else if (kind === 'abort') void settle(index % 7).then(abort)
    await call.then(
      () => counts.answered++,
      (error: Error) => (error.message === 'stopped' ? counts.aborted++ : counts.failed++),
    )
  }
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => one(index)))

  expect(counts).toEqual({ answered: 334, failed: 333, aborted: 333 })
  expect(desk.gateway.use().map((tier) => [tier.tier, tier.in_use, tier.waiting])).toEqual([
    ['global', 0, 0],
    ['openai', 0, 0],
    ['openai:gpt-4o', 0, 0],
  ])
  expect((await desk.ask()).outcome).toBe('answered')
}, 30_000)
