import { describe, expect, test } from 'vitest'
import { InputError, quote } from '../../src/core/errors.ts'
import { listTyped, readFields } from '../../src/core/request-body.ts'

const post = (body: string, type = 'application/json') =>
  readFields(new Request('http://desk.example/', { method: 'POST', body, headers: { 'content-type': type } }))

describe('the fields of a body', () => {
  test('are read from a form, where a field given twice is a list', async () => {
    const fields = await post('a=1&b=2&b=3', 'application/x-www-form-urlencoded')
    expect(fields).toEqual({ a: '1', b: ['2', '3'] })
  })

  test('that are nested beyond reason are refused by name, however deep', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    await expect(post(`{"as_of":${deep}}`)).rejects.toThrow(/^as_of is nested more than 4 levels deep$/)
    await expect(post('{"a":[["b"]]}')).resolves.toEqual({ a: [['b']] })
  })

  test('are shown again as text, whatever they were', () => {
    const typed = listTyped({ a: ['x', 1], b: { toString: 1, valueOf: 1 }, c: null })
    expect(typed).toEqual({ a: ['x', '1'], b: ['{"toString":1,"valueOf":1}'], c: ['null'] })
  })

  test.each(['[1]', '1', 'null', '{', ''])('%j is no object of fields', async (body) => {
    if (body === '') await expect(post(body)).resolves.toEqual({})
    else await expect(post(body)).rejects.toThrow(InputError)
  })
})

test('any value can be quoted in a message', () => {
  const ring: unknown[] = []
  ring.push(ring)
  expect([quote(ring), quote(undefined), quote(10n), quote('a\nb'), quote('x'.repeat(100), 3)]).toEqual([
    '"a list"',
    '"undefined"',
    '"a value"',
    '"a\\nb"',
    '"xxx…"',
  ])
})
