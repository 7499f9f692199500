/** The gateway against servers that speak each provider's format, when all goes well. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ChatTurn } from '../../src/llm/model-call.ts'
import { fillSchema } from '../support/scripted-models/fill-schema.ts'
import { THOUGHT_SIGNATURE } from '../support/scripted-models/google-server.ts'
import { createGate } from '../support/scripted-models/script.ts'
import { SCRIPTED_KEY, WIRES } from '../support/scripted-models/wires.ts'
import { GOOD, OPENAI, openGatewayDesk } from './gateway-desk.ts'

describe.each(WIRES)('$provider', (wire) => {
  it('answers in the shape that was asked for, with what it used and cost', async () => {
    const desk = await openGatewayDesk(wire, () => ({
      ...{ kind: 'json', value: GOOD, usage: { input: 1_000, output: 200 } },
    }))

    const asked = await desk.ask()

    expect(asked).toMatchObject({ outcome: 'answered', value: GOOD, attempts: 1, waited_ms: 0 })
    expect(asked.usage).toEqual({ input_tokens: 1_000, output_tokens: 200, cost_usd: 0.004 })
    expect(JSON.parse(asked.raw)).toEqual(GOOD)
    const [request] = desk.server.requests
    expect(request).toMatchObject({
      model: wire.model.slice(wire.model.indexOf(':') + 1),
      system: 'You weigh the evidence.',
      turns: [{ role: 'user', text: 'What do you say of AAPL?' }],
      ...{ schemaName: 'verdict', isStreaming: true, maxOutputTokens: 900 },
      key: wire.provider === 'ollama' ? null : SCRIPTED_KEY,
    })
    expect(Object.keys(request!.schema!.properties as object)).toEqual(['report', 'rating', 'levels'])
    expect(desk.notices).toEqual([])
  })

  it('hands the report on while it is being written', async () => {
    const gate = createGate()
    const desk = await openGatewayDesk(wire, () => ({
      ...{ kind: 'json', value: GOOD, pieces: 12, hold: { afterPieces: 6, until: gate.opened } },
    }))
    let first!: () => void
    const started = new Promise<void>((resolve) => (first = resolve))
    const pieces: string[] = []

    const asked = desk.ask({
      onReport: {
        write(piece) {
          pieces.push(piece)
          first()
        },
        restart: () => expect.unreachable(),
      },
    })
    await started
    const before = pieces.join('')
    gate.open()

    expect((await asked).outcome).toBe('answered')
    expect(before.length).toBeGreaterThan(0)
    expect(before.length).toBeLessThan(GOOD.report.length)
    expect(pieces.join('')).toBe(GOOD.report)
    expect(pieces.length).toBeGreaterThan(2)
  })

  it('looks things up and hands the results back', async () => {
    const desk = await openGatewayDesk(wire, ({ turns }) =>
      turns.some((turn) => turn.role === 'tool')
        ? { kind: 'text', text: 'That is enough.' }
        : {
            ...{ kind: 'tools', text: 'Let me look.' },
            calls: [
              { name: 'price_window', args: { days: 20 } },
              { name: 'headlines', args: {} },
            ],
          },
    )
    const tools = [
      {
        ...{ name: 'price_window', description: 'Closes of the last days.' },
        input: z.object({ days: z.number().int().min(1).max(250) }),
      },
      { name: 'headlines', description: 'The latest headlines.', input: z.object({}) },
    ]

    const first = await desk.gather({ tools })
    expect(first.text).toBe('Let me look.')
    expect(first.calls.map(({ name, args }) => ({ name, args }))).toEqual([
      { name: 'price_window', args: { days: 20 } },
      { name: 'headlines', args: {} },
    ])
    const turns: ChatTurn[] = [
      { role: 'user', text: 'Look at AAPL.' },
      { role: 'assistant', text: first.text, calls: first.calls },
      {
        role: 'tool',
        results: first.calls.map(({ id, name }) => ({ id, name, output: `result of ${name}` })),
      },
    ]
    const second = await desk.gather({ tools, turns })

    expect(second).toMatchObject({ text: 'That is enough.', calls: [] })
    const [opening, closing] = desk.server.requests
    expect(opening!.tools.map((tool) => tool.name)).toEqual(['price_window', 'headlines'])
    expect(opening!.tools[0]!.schema).toMatchObject({
      properties: { days: { type: 'integer', minimum: 1, maximum: 250 } },
      required: ['days'],
    })
    expect(opening!.schema).toBeNull()
    const results = closing!.turns.flatMap((turn) => turn.results)
    expect(results.map((result) => result.output)).toEqual(['result of price_window', 'result of headlines'])
    expect(closing!.turns.flatMap((turn) => turn.calls).map((call) => call.name)).toEqual([
      ...['price_window', 'headlines'],
    ])
  })

  it('sends look-ups as text where it offers no tools, as providers demand', async () => {
    const desk = await openGatewayDesk(wire, () => ({ kind: 'json', value: GOOD }))
    const turns: ChatTurn[] = [
      { role: 'user', text: 'Look at AAPL.' },
      { role: 'assistant', text: 'Let me see.', calls: [{ id: 'c1', name: 'look', args: { days: 5 } }] },
      { role: 'tool', results: [{ id: 'c1', name: 'look', output: 'E7 close 20.1' }] },
      { role: 'user', text: 'Now answer.' },
    ]

    expect((await desk.ask({ turns })).outcome).toBe('answered')
    const sent = desk.server.requests[0]!.turns
    expect(sent.flatMap((turn) => [...turn.calls, ...turn.results])).toEqual([])
    expect(sent.map((turn) => turn.text).join('\n')).toBe(
      'Look at AAPL.\nLet me see.\nLook up look with {"days":5}.\nResult of look:\nE7 close 20.1\nNow answer.'.replace(
        'E7 close 20.1\nNow',
        wire.provider === 'anthropic' ? 'E7 close 20.1Now' : 'E7 close 20.1\nNow',
      ),
    )
  })

  it('lets a scripted model answer any shape, as far as the format tells it', async () => {
    const desk = await openGatewayDesk(wire, ({ schema }) => ({
      ...{ kind: 'json', value: fillSchema(schema, { side: 'short', 'points.1.text': 'second' }) },
    }))
    const schema = z.object({
      report: z.string().min(60).max(90),
      strength: z.number().min(0.1).max(1),
      days: z.number().int().min(5).max(250),
      price: z.number().positive().nullable(),
      points: z.array(z.object({ text: z.string(), evidence: z.array(z.string()) })).min(2),
      side: z.enum(['long', 'short']),
    })
    const asked = await desk.gateway.ask({
      ...{ model: wire.model, run: 'r', system: 'Judge.', turns: [{ role: 'user', text: 'Well?' }] },
      ...{ maxOutputTokens: 500, signal: new AbortController().signal },
      answer: { name: 'case', schema },
    })

    expect(asked).toMatchObject({
      outcome: 'answered',
      value: { strength: 0.1, days: 5, price: 0.01, side: 'short' },
    })
    expect(asked.outcome === 'answered' && asked.value.points[1]).toEqual({ text: 'second', evidence: [] })
  })

  it('says so when the model refuses', async () => {
    const desk = await openGatewayDesk(wire, () => ({ kind: 'refusal', text: 'I will not say.' }))

    const asked = await desk.ask()

    expect(asked.outcome).toBe('refused')
    expect(asked.outcome === 'refused' && asked.problem).toMatch(/refused to answer/)
  })

  it('is found to work by one small call', async () => {
    const desk = await openGatewayDesk(wire, () => ({ kind: 'text', text: 'ready' }))

    const probe = await desk.gateway.probe(wire.model, new AbortController().signal)

    expect(probe).toMatchObject({ model: wire.model, ok: true, problem: null })
    expect(probe.usage!.input_tokens).toBe(120)
    expect(desk.server.requests).toHaveLength(1)
    expect(desk.server.requests[0]!.maxOutputTokens).toBeLessThanOrEqual(64)
  })
})

it('sends a request of a tool back with what the provider put beside it', async () => {
  const google = WIRES.find((wire) => wire.provider === 'google')!
  const desk = await openGatewayDesk(google, () => ({ kind: 'tools', calls: [{ name: 'look', args: {} }] }))
  const tools = [{ name: 'look', description: 'Looks.', input: z.object({}) }]

  const { calls } = await desk.gather({ tools })
  // As it comes out of a journal.
  const journaled = JSON.parse(JSON.stringify(calls)) as typeof calls
  await desk.gather({
    tools,
    turns: [
      { role: 'user', text: 'Look.' },
      { role: 'assistant', text: '', calls: journaled },
      { role: 'tool', results: [{ id: calls[0]!.id, name: 'look', output: 'seen' }] },
    ],
  })

  expect(JSON.stringify(desk.server.requests[1]!.body)).toContain(THOUGHT_SIGNATURE)
})

it('asks an older Anthropic model for its answer as a tool, and streams the report all the same', async () => {
  const anthropic = WIRES.find((wire) => wire.provider === 'anthropic')!
  const desk = await openGatewayDesk(anthropic, () => ({ kind: 'json', value: GOOD }))

  const asked = await desk.ask({ model: 'anthropic:claude-3-5-haiku-latest' })

  expect(asked).toMatchObject({ outcome: 'answered', value: GOOD })
  expect(desk.report.text).toBe(GOOD.report)
  expect(desk.report.pieces.length).toBeGreaterThan(1)
  expect(desk.server.requests[0]!.tools).toEqual([])
})

it('estimates what a call used where the server does not say, and says that', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'json', value: GOOD, usage: null }))

  const { usage } = await desk.ask()

  expect(usage.output_tokens).toBe(Math.ceil(JSON.stringify(GOOD).length / 4))
  expect(usage.input_tokens).toBeGreaterThan(10)
  expect(desk.notices).toEqual([expect.stringMatching(/^WARN openai:gpt-4o reports no usage; estimated/)])
})

it('says that the cost is unknown where the price is', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'json', value: GOOD }), {
    facts: { priceOf: () => null, cutoffOf: () => null },
  })

  expect((await desk.ask()).usage.cost_usd).toBeNull()
})
