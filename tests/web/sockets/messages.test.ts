import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { CLIENT_ACTIONS, parseAction, SERVER_MESSAGES } from '../../../src/web/sockets/messages.ts'
import { parseMessage } from '../../support/ws-client.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/websocket.md'), 'utf8')
const examples = [...docs.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) => text!)
const parsed = examples.map((text) => JSON.parse(text) as { type?: string; action?: string })

test('every message has an example in the documentation, and every example fits its schema', () => {
  const messages = parsed.filter(({ type }) => type !== undefined)
  for (const message of messages) expect(parseMessage(JSON.stringify(message))).toEqual(message)
  expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(Object.keys(SERVER_MESSAGES)))
})

test('every action has an example in the documentation, and every example is read', () => {
  const actions = parsed.filter(({ action }) => action !== undefined)
  for (const example of actions) {
    const action = example.action as keyof typeof CLIENT_ACTIONS
    expect(CLIENT_ACTIONS[action].parse(example)).toEqual(example)
    expect(parseAction(JSON.stringify(example)).action).toBe(action)
  }
  expect(new Set(actions.map(({ action }) => action))).toEqual(new Set(Object.keys(CLIENT_ACTIONS)))
  expect(examples).toHaveLength(actions.length + parsed.filter(({ type }) => type !== undefined).length)
})

test('the bounds in the documentation are those of the code', async () => {
  const { MAX_FRAME_BYTES, MAX_FRAMES_PER_SECOND, CLOSE_CODES } =
    await import('../../../src/web/sockets/client-socket.ts')
  const { MAX_MESSAGES_PER_SECOND } = await import('../../../src/web/sockets/run-channel.ts')
  const { BEAT_MS } = await import('../../../src/web/sockets/client-socket.ts')
  expect(docs).toContain(`at most ${MAX_FRAME_BYTES.toLocaleString('en-US')} bytes`)
  expect(docs).toContain(`at most ${MAX_FRAMES_PER_SECOND} within a second`)
  expect(docs).toContain(`At most ${MAX_MESSAGES_PER_SECOND} messages a second`)
  expect(docs).toContain(`every ${BEAT_MS / 1_000} seconds`)
  for (const code of Object.values(CLOSE_CODES)) expect(docs).toMatch(new RegExp(`^\\| ${code} `, 'm'))
})

test.each([
  ['{', 'message is "{"; allowed: a JSON object with an action'],
  ['[1]', 'message is "[1]"; allowed: a JSON object with an action'],
  ['{}', 'action is "null"; allowed: resync, log_dump, log_filter, ping'],
  ['{"action":"toString"}', 'action is "toString"; allowed: resync, log_dump, log_filter, ping'],
  ['{"action":"ping","x":1}', '"x" means nothing in ping; allowed: nothing besides action'],
  [
    '{"action":"log_filter","sevrity":"WARN"}',
    '"sevrity" means nothing in log_filter; allowed: severity, sources, q',
  ],
  [
    '{"action":"log_filter","severity":"LOUD"}',
    'severity is "LOUD"; allowed: one of TRACE, DEBUG, INFO, WARN, ERROR (that and above), or several by commas (just these)',
  ],
])('%s is refused with what is allowed', (text, message) => {
  expect(() => parseAction(text)).toThrow(message)
})
