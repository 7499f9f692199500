/** Everything that can go wrong with a call, each with the end it must come to. */
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { AbortedError } from '../../src/core/errors.ts'
import { ModelError } from '../../src/llm/model-call.ts'
import { createCertificate } from '../support/certificate.ts'
import { createGate, inTurn, type ScriptedReply } from '../support/scripted-models/script.ts'
import { SCRIPTED_KEY, WIRES } from '../support/scripted-models/wires.ts'
import { GOOD, OPENAI, openGatewayDesk, type GatewayDesk } from './gateway-desk.ts'

const good: ScriptedReply = { kind: 'json', value: GOOD }
const COMPATIBLE = WIRES.find((wire) => wire.provider === 'compatible')!

/** The error a call ends in. */
async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    () => expect.unreachable('it was answered'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ModelError)
  return error as Error
}

/** Lets every wait between tries pass as soon as it begins, and says how long each was. */
function passWaits(desk: GatewayDesk): number[] {
  const waits: number[] = []
  void (async () => {
    for (;;) {
      const line = await desk.noticed()
      const seconds = Number(/ in ([\d.]+) s/.exec(line)?.[1] ?? 0)
      if (seconds > 0) waits.push(seconds)
      await desk.clock.advance(seconds * 1_000 + 100)
    }
  })()
  return waits
}

describe.each(WIRES)('$provider', (wire) => {
  it('asks again after 429, no sooner than it was told to', async () => {
    const desk = await openGatewayDesk(
      wire,
      inTurn({ kind: 'status', status: 429, headers: { 'retry-after': '7' }, message: 'slow down' }, good),
    )
    const noticed = desk.noticed()

    const call = desk.ask()
    expect(await noticed).toMatch(
      /answered 429: "slow down"; try 2 of at most 8 in 7\.\d s, no sooner than it asked/,
    )
    expect(desk.gateway.use().every((tier) => tier.in_use === 0)).toBe(true)
    await desk.clock.advance(6_900)
    expect(desk.server.calls).toHaveLength(1)
    await desk.clock.advance(1_100)

    expect(await call).toMatchObject({ outcome: 'answered', attempts: 2 })
    expect((await call).backed_off_ms).toBeGreaterThanOrEqual(7_000)
    expect(desk.gateway.use().find((tier) => tier.tier === wire.model)).toMatchObject({
      ...{ rate_limited: 1, retries: 1, adapted_limit: 4, limit: 8 },
    })
  })

  it('asks again after 500, and starts the report over', async () => {
    const desk = await openGatewayDesk(wire, inTurn({ kind: 'status', status: 500 }, good))
    passWaits(desk)

    expect(await desk.ask()).toMatchObject({ outcome: 'answered', attempts: 2 })
    expect(desk.report).toMatchObject({ text: GOOD.report, restarts: 1 })
  })

  it('asks again when the stream breaks off in the middle of a word', async () => {
    const desk = await openGatewayDesk(wire, inTurn({ kind: 'drop', afterBytes: 1_500 }, good))
    passWaits(desk)

    expect(await desk.ask()).toMatchObject({ outcome: 'answered', value: GOOD, attempts: 2 })
    expect(desk.report).toMatchObject({ text: GOOD.report, restarts: 1 })
    expect(desk.notices[0]).toMatch(/broke off/)
  })

  it('asks again when the error comes inside the stream, and closes that', async () => {
    const desk = await openGatewayDesk(
      wire,
      inTurn(
        { kind: 'stream-error', status: 529, message: 'overloaded', afterPieces: 2, staysOpen: true },
        good,
      ),
    )
    passWaits(desk)

    expect(await desk.ask()).toMatchObject({ outcome: 'answered', attempts: 2 })
    expect(desk.report).toMatchObject({ text: GOOD.report, restarts: 1 })
    expect(await desk.server.ended(0)).toMatchObject({ hungUp: true })
  })

  it('gives up on a try at the timeout, closing its socket, and on the call after three', async () => {
    const desk = await openGatewayDesk(wire, () => ({ kind: 'hang' }))
    const call = failureOf(desk.ask())

    for (const index of [0, 1, 2]) {
      await desk.server.arrived(index + 1)
      const noticed = index < 2 ? desk.noticed() : null
      await desk.clock.advance(60_000)
      expect(await desk.server.ended(index)).toMatchObject({ hungUp: true, isAnswered: false })
      await noticed
      await desk.clock.advance(5_000)
    }

    expect((await call).message).toBe(
      `${wire.model} gave no complete answer within 60 s; that was try 3, the last`,
    )
    expect(desk.server.calls).toHaveLength(3)
  })

  it.each<[string, ScriptedReply, RegExp]>([
    ['JSON that is cut off', { kind: 'truncated', value: GOOD, cut: 20 }, /is not JSON .*ends with/],
    [
      'an answer cut at the token limit',
      { kind: 'truncated', value: GOOD, cut: 30, finish: 'length', usage: { input: 9, output: 900 } },
      /cut off at 900 tokens/,
    ],
    [
      'the wrong shape',
      { kind: 'json', value: { ...GOOD, rating: 'Maybe', levels: { stop: 'low', target: null } } },
      /rating: expected one of "Buy", "Hold", "Sell", received "Maybe"; levels\.stop: expected number, received "low"/,
    ],
    ['nothing', { kind: 'empty' }, /the answer is empty/],
    ['prose', { kind: 'text', text: 'I would buy.' }, /is not JSON/],
  ])('is unreadable, once, when it answers with %s', async (_, reply, problem) => {
    const desk = await openGatewayDesk(wire, () => reply)

    const asked = await desk.ask()

    expect(asked.outcome).toBe('unreadable')
    expect(asked.outcome === 'unreadable' && asked.problem).toMatch(problem)
    expect(asked.outcome === 'unreadable' && asked.problem.length).toBeLessThan(1_000)
    expect(asked.outcome === 'unreadable' && asked.cut_off).toBe(
      problem.test('cut off at 900 tokens') || undefined,
    )
    expect(desk.server.calls).toHaveLength(1)
  })

  it('cuts off an answer of 10 MB, closing its socket', async () => {
    const desk = await openGatewayDesk(wire, () => ({ kind: 'huge', bytes: 10_000_000 }))

    const asked = await desk.ask({ onReport: { write: () => undefined, restart: () => undefined } })

    expect(asked).toMatchObject({
      ...{ outcome: 'unreadable', problem: 'the answer is longer than 2000000 bytes' },
    })
    expect(asked.raw.length).toBeLessThanOrEqual(4_000)
    expect(asked.usage.output_tokens).toBeGreaterThan(100_000)
    expect(await desk.server.ended(0)).toMatchObject({ hungUp: true })
    await expect(desk.gather()).rejects.toThrow(/longer than 2000000 bytes/)
  })

  it('ends at once with a clear error when the model is unknown', async () => {
    const desk = await openGatewayDesk(wire, () => ({
      ...{ kind: 'status', status: 404, message: 'The model does not exist' },
    }))

    const { message } = await failureOf(desk.ask())

    expect(message).toContain(`${wire.model} answered 404: "The model does not exist"`)
    expect(message).toContain('knows no model')
    expect(desk.server.calls).toHaveLength(1)
  })

  it('ends at once with a clear error when the key is not accepted, and does not show it', async () => {
    const desk = await openGatewayDesk(wire, () => ({
      ...{ kind: 'status', status: 401, message: `Incorrect API key provided: ${SCRIPTED_KEY}.` },
    }))

    const { message } = await failureOf(desk.ask())
    const probe = await desk.gateway.probe(wire.model, new AbortController().signal)

    expect(message).toContain('answered 401: "Incorrect API key provided: [key].')
    expect(message).toContain('the key was not accepted')
    expect(probe).toMatchObject({ ok: false, latency_ms: null, usage: null, problem: message })
    expect(JSON.stringify([message, probe, desk.notices])).not.toContain(SCRIPTED_KEY.slice(3))
    expect(desk.server.calls).toHaveLength(2)
  })

  it('ends at once with a clear error when the request is not accepted', async () => {
    const desk = await openGatewayDesk(wire, () => ({
      ...{ kind: 'status', status: 400, message: 'too many tokens' },
    }))

    expect((await failureOf(desk.gather())).message).toMatch(/answered 400: "too many tokens"; the request/)
    expect(desk.server.calls).toHaveLength(1)
  })

  it('closes the socket within a second of being told to stop', async () => {
    const never = createGate()
    const desk = await openGatewayDesk(wire, () => ({
      ...good,
      hold: { afterPieces: 3, until: never.opened },
    }))
    const stop = new AbortController()
    const reason = new AbortedError('canceled')
    const call = desk.ask({ signal: stop.signal })
    await desk.server.arrived(1)

    const toldAt = performance.now()
    stop.abort(reason)

    await expect(call).rejects.toBe(reason)
    expect(await desk.server.ended(0)).toMatchObject({ hungUp: true })
    expect(performance.now() - toldAt).toBeLessThan(1_000)
    expect(desk.gateway.use().every((tier) => tier.in_use === 0)).toBe(true)
    never.open()
  })
})

it.each<[string, Record<string, string>]>([
  ['seconds', { 'retry-after': '30' }],
  ['a date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }],
  ['milliseconds', { 'retry-after-ms': '30000' }],
])('waits as long as it is asked to in %s', async (_, headers) => {
  const desk = await openGatewayDesk(OPENAI, inTurn({ kind: 'status', status: 429, headers }, good), {
    random: () => 0,
  })
  const noticed = desk.noticed()
  const call = desk.ask()
  await noticed

  await desk.clock.advance(29_999)
  expect(desk.server.calls).toHaveLength(1)
  await desk.clock.advance(1)

  expect(await call).toMatchObject({ outcome: 'answered', backed_off_ms: 30_000 })
})

it('waits as long as Google asks in the body of its error', async () => {
  const google = WIRES.find((wire) => wire.provider === 'google')!
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }]
  const body = { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED', details } }
  const desk = await openGatewayDesk(google, inTurn({ kind: 'status', status: 429, body }, good), {
    random: () => 0,
  })
  const waits = passWaits(desk)

  expect(await desk.ask()).toMatchObject({ outcome: 'answered' })
  expect(waits).toEqual([34])
})

it('ends in an error that says so when it is asked to wait for too long', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({
    ...{ kind: 'status', status: 429, headers: { 'retry-after': '3600' } },
  }))

  expect((await failureOf(desk.ask())).message).toMatch(/asks for a wait of 3600 s, and 120 s is the most/)
  expect(desk.server.calls).toHaveLength(1)
})

it('waits longer from try to try, for more than a minute in all, and gives up after eight', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'status', status: 503, message: 'busy' }), {
    random: () => 0,
  })
  const waits = passWaits(desk)

  expect((await failureOf(desk.ask())).message).toBe(
    'openai:gpt-4o answered 503: "busy"; that was try 8, the last',
  )
  // Half of 1, 2, 4 … 60 s and none of the other half, for the random is 0.
  expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 30])
  expect(desk.server.calls).toHaveLength(8)
  expect(desk.gateway.use()[0]).toMatchObject({ tier: 'global', retries: 7, back_off_seconds: 61.5 })
})

it.each([
  ['no wait at all', '0'],
  ['a date that has passed', 'Fri, 20 Nov 2026 09:59:00 GMT'],
])('spreads its tries as ever where it is asked for %s', async (_, header) => {
  const desk = await openGatewayDesk(
    OPENAI,
    inTurn({ kind: 'status', status: 429, headers: { 'retry-after': header } }, good),
  )
  const waits = passWaits(desk)

  expect(await desk.ask()).toMatchObject({ outcome: 'answered', backed_off_ms: 750 })
  expect(waits).toHaveLength(1)
})

it('stops waiting for the next try when told to', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'status', status: 503 }))
  const stop = new AbortController()
  const noticed = desk.noticed()
  const call = desk.ask({ signal: stop.signal })
  await noticed

  const reason = new AbortedError('paused')
  stop.abort(reason)

  await expect(call).rejects.toBe(reason)
  expect(desk.clock.sleepers).toBe(0)
})

it('does not ask at all when told to stop before', async () => {
  const desk = await openGatewayDesk(OPENAI, () => good)
  const reason = new AbortedError('shutdown')

  await expect(desk.ask({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(desk.server.calls).toHaveLength(0)
})

it('does not ask again when the account has no credit left', async () => {
  const body = {
    error: { message: 'You exceeded your quota', type: 'insufficient_quota', code: 'insufficient_quota' },
  }
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'status', status: 429, body }))

  expect((await failureOf(desk.ask())).message).toMatch(/no credit left/)
  expect(desk.server.calls).toHaveLength(1)
})

it('asks for as long where nothing listens, and says what was tried', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const elsewhere = await openGatewayDesk(COMPATIBLE, () => good, {
    providers: { ...EMPTY, llmBaseUrl: `http://127.0.0.1:${port}/v1` },
  })
  // Last, so that nothing else in this test is given its port.
  await new Promise((resolve) => server.close(resolve))
  passWaits(elsewhere)

  expect((await failureOf(elsewhere.ask())).message).toMatch(
    /^compatible:org\/some-model:free could not be reached \(.*ECONNREFUSED.*\); that was try 8, the last$/,
  )
  expect(elsewhere.server.calls).toHaveLength(0)
})

it('ends at once, in its own words, where there is no secure connection or no address', async () => {
  const desk = await openGatewayDesk(COMPATIBLE, () => good)
  const secure = createSecureServer(createCertificate('localhost'), (_, response) => response.end())
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void secure.close())
  const failAt = async (llmBaseUrl: string) => {
    const elsewhere = await openGatewayDesk(COMPATIBLE, () => good, { providers: { ...EMPTY, llmBaseUrl } })
    return (await failureOf(elsewhere.ask())).message
  }

  expect(await failAt(desk.server.baseUrl.replace('http:', 'https:'))).toBe(
    `${COMPATIBLE.model} could not be asked: no secure connection comes about (ERR_SSL_WRONG_VERSION_NUMBER), check LLM_BASE_URL`,
  )
  expect(await failAt(`https://localhost:${(secure.address() as AddressInfo).port}/v1`)).toMatch(
    /could not be asked: its certificate is not accepted \([A-Z_]+\), check LLM_BASE_URL$/,
  )
  expect(await failAt('http://127.0.0.1:99999/v1/a-secret')).toBe(
    `${COMPATIBLE.model} could not be asked: its address cannot be read (ERR_INVALID_URL), check LLM_BASE_URL`,
  )
})

it('shows no part of a key that stands where a message is cut off', async () => {
  const key = '0123456789abcdef0123456789abcdef01234567'
  const desk = await openGatewayDesk(COMPATIBLE, () => ({
    ...{ kind: 'status', status: 400, message: `${'x'.repeat(261)}${key}${'y'.repeat(100)}` },
  }))
  const gateway = await openGatewayDesk(COMPATIBLE, () => good, {
    providers: { ...EMPTY, llmBaseUrl: desk.server.baseUrl, llmApiKey: key },
  })

  const { message } = await failureOf(gateway.ask())

  expect(message).toContain('x[key]y')
  expect(message).not.toContain(key.slice(0, 4))
})

it('shows no name or password of an address', async () => {
  const desk = await openGatewayDesk(COMPATIBLE, () => good)
  const llmBaseUrl = desk.server.baseUrl.replace('//', '//someone:hunter2@')
  const gateway = await openGatewayDesk(COMPATIBLE, () => good, { providers: { ...EMPTY, llmBaseUrl } })

  expect((await failureOf(gateway.ask())).message).not.toMatch(/someone|hunter2/)
})

it('follows no redirect, for the key would go along', async () => {
  const desk = await openGatewayDesk(COMPATIBLE, () => good)
  const reached: string[] = []
  const other = await listen(
    createServer((request, response) => {
      reached.push(request.url ?? '')
      response.end('{}')
    }),
  )
  desk.server.answerWith(() => ({ kind: 'status', status: 307, headers: { location: `${other}/v1` } }))

  expect((await failureOf(desk.ask())).message).toMatch(/answered 307.*sends requests elsewhere/)
  expect(reached).toEqual([])
})

it('judges an error by its status, however long its description', async () => {
  const desk = await openGatewayDesk(COMPATIBLE, () => ({
    ...{ kind: 'status', status: 400, body: 'x'.repeat(3_000_000) },
  }))

  expect((await failureOf(desk.ask())).message).toMatch(/answered 400: .*; the request was not accepted/)
})

it('ends in an error that says so when the key is gone since the run was admitted', async () => {
  const desk = await openGatewayDesk(OPENAI, () => good, { providers: EMPTY })

  expect((await failureOf(desk.ask())).message).toBe(
    'model is "openai:gpt-4o", which needs OPENAI_API_KEY; it is not set',
  )
})

it('takes a page where an answer should be for one that broke off', async () => {
  const page = '<html><body>Welcome to the proxy</body></html>'
  const desk = await openGatewayDesk(COMPATIBLE, () => ({ kind: 'status', status: 200, body: page }))
  passWaits(desk)

  expect((await failureOf(desk.ask())).message).toMatch(/broke off.*that was try 3, the last/)
})

it('puts the shape in the prompt, saying so, where the server cannot be told it', async () => {
  const desk = await openGatewayDesk(COMPATIBLE, (request) =>
    request.schema
      ? { kind: 'status', status: 400, message: "'response_format.type' must be 'text'" }
      : { kind: 'text', text: `\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\`` },
  )

  const asked = await desk.ask()
  const again = await desk.ask()

  expect(asked).toMatchObject({ outcome: 'answered', value: GOOD, attempts: 2 })
  expect(desk.notices).toEqual([
    expect.stringMatching(/^WARN .*400.*asked again with the shape in the prompt/),
  ])
  expect(again).toMatchObject({ outcome: 'answered', attempts: 1 })
  expect(desk.server.requests[1]!.system).toMatch(/^You weigh the evidence\.\n\n.*JSON schema:\n\{/s)
  expect(desk.report.text).toContain(GOOD.report)
})

it('puts the shape in the prompt of calls that find out side by side', async () => {
  const both = createGate()
  const desk = await openGatewayDesk(COMPATIBLE, (request) => {
    if (request.index === 1) both.open()
    return request.schema
      ? { kind: 'status', status: 400, message: 'json_schema is not supported', gate: both.opened }
      : { kind: 'json', value: GOOD }
  })

  const asked = await Promise.all([desk.ask(), desk.ask({ run: 'run-2' })])

  expect(asked.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
    ['answered', 2],
    ['answered', 2],
  ])
})

it('ends in an error where the server speaks of the shape though none was sent', async () => {
  const desk = await openGatewayDesk(COMPATIBLE, () => ({
    ...{ kind: 'status', status: 400, message: 'json_schema is not supported' },
  }))

  expect((await failureOf(desk.ask())).message).toMatch(/json_schema is not supported/)
  expect(desk.server.calls).toHaveLength(2)
})

it('holds a server loosely to a shape with fields that may be absent', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'json', value: { report: 'Fine.' } }))
  const isStrict = (index: number) =>
    (desk.server.requests[index]!.body.response_format as { json_schema: { strict: boolean } }).json_schema
      .strict

  await desk.ask()
  await desk.gateway.ask({
    ...{
      model: OPENAI.model,
      run: 'r',
      system: '',
      turns: [{ role: 'user', text: '?' }],
      maxOutputTokens: 9,
    },
    answer: { name: 'loose', schema: z.object({ report: z.string(), note: z.string().optional() }) },
    signal: new AbortController().signal,
  })

  expect([isStrict(0), isStrict(1)]).toEqual([true, false])
})

it('hands on a request of a tool whose arguments are no object without them, saying so', async () => {
  const desk = await openGatewayDesk(OPENAI, () => ({ kind: 'tools', calls: [{ name: 'look', args: [1] }] }))

  const { calls } = await desk.gather({
    tools: [{ name: 'look', description: 'Looks.', input: z.object({}) }],
  })

  expect(calls).toMatchObject([{ name: 'look', args: {} }])
  expect(desk.notices).toEqual([expect.stringMatching(/asked for look with "\[1\]", which is no object/)])
})

const EMPTY = {
  ...{ openaiApiKey: '', openaiBaseUrl: '', anthropicApiKey: '', anthropicBaseUrl: '' },
  ...{ googleApiKey: '', googleBaseUrl: '', ollamaBaseUrl: '', llmBaseUrl: '', llmApiKey: '' },
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
