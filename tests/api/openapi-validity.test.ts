/** That the document of the API is one that other programs import: held against what OpenAPI 3.1 demands of it. */
import { beforeAll, expect, test } from 'vitest'
import { createPlainApi } from '../support/plain-api.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Fields = { [key: string]: Json }

interface Operation {
  operationId: string
  tags: string[]
  parameters?: { name: string; in: string; required?: boolean; schema: Fields }[]
  requestBody?: { content: Record<string, { schema: Fields }> }
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: Fields; example?: Json }> }
  >
}

type Document = Fields & {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
}

let document: Document
let operations: { path: string; method: string; operation: Operation }[]

beforeAll(() => {
  const { document: made } = createPlainApi()
  document = JSON.parse(JSON.stringify(made)) as Document
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
})

/** Every object of the document, with where it stands. */
function* walk(value: Json, place: string): Generator<{ place: string; fields: Fields }> {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) yield { place, fields: value }
  for (const [key, inner] of Object.entries(value))
    yield* walk(inner, `${place}/${key.replaceAll('/', '~1')}`)
}

function resolve(ref: string): Json | undefined {
  const parts = ref
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.reduce<Json | undefined>((at, part) => (at as Fields | undefined)?.[part], document)
}

test('says what it is, and gives each operation a name of its own', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d$/)
  expect(document.info.title).not.toBe('')
  expect(document.info.version).not.toBe('')
  const names = operations.map(({ operation }) => operation.operationId)
  for (const name of names) expect(name).toMatch(/^[a-z][a-zA-Z0-9_]*$/)
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
  expect(names).toContain('get_api_trading_decision_internal_events_runId')
})

test('describes exactly the parameters that stand in a path, each required', () => {
  for (const { path, method, operation } of operations) {
    const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path')
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    expect([method, path, inPath.map(({ name }) => name)]).toEqual([method, path, named])
    expect(inPath.every(({ required }) => required === true)).toBe(true)
    const all = (operation.parameters ?? []).map((one) => `${one.in} ${one.name.toLowerCase()}`)
    expect(new Set(all).size).toBe(all.length)
    for (const { in: place, schema } of operation.parameters ?? []) {
      expect(['path', 'query', 'header', 'cookie']).toContain(place)
      expect(schema).toBeTypeOf('object')
    }
  }
})

test('has no two paths that differ only in what a parameter is called', () => {
  const shapes = Object.keys(document.paths).map((path) => path.replace(/\{\w+\}/g, '{}'))
  expect(new Set(shapes).size).toBe(shapes.length)
  for (const path of Object.keys(document.paths)) expect(path).toMatch(/^\//)
})

test('refers to nothing that is not there', () => {
  for (const { place, fields } of walk(document, '#')) {
    const ref = fields.$ref
    if (ref === undefined) continue
    expect(ref, place).toMatch(/^#\//)
    expect(resolve(ref as string), `${place}: ${ref as string}`).toBeDefined()
  }
})

test('answers every operation with codes, descriptions and media types', () => {
  for (const { path, operation } of operations) {
    expect(operation.tags.length, path).toBeGreaterThan(0)
    expect(
      Object.keys(operation.responses).some((code) => /^[23]/.test(code)),
      path,
    ).toBe(true)
    for (const body of [operation.requestBody, ...Object.values(operation.responses)]) {
      for (const [type, { schema }] of Object.entries(body?.content ?? {})) {
        expect(type, path).toMatch(/^[\w.+-]+\/[\w.+*-]+$/)
        expect(schema, path).toBeTypeOf('object')
      }
    }
    for (const [code, { description }] of Object.entries(operation.responses)) {
      expect(code, path).toMatch(/^([1-5]\d\d|default)$/)
      expect(description, path).not.toBe('')
    }
  }
})

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']

test('is made of schemas: known types, required fields that are described, examples that fit', () => {
  for (const { place, fields } of walk(document, '#')) {
    if (!/schema$|\/schemas\/|\/properties\/|\/items$|\/(any|all|one)Of\//.test(place)) continue
    const types = [fields.type ?? []].flat()
    if (!/\/properties$/.test(place)) for (const type of types) expect(TYPES, place).toContain(type)
    if (Array.isArray(fields.required) && fields.properties)
      expect(Object.keys(fields.properties as Fields), place).toEqual(expect.arrayContaining(fields.required))
    if (fields.example !== undefined && types[0] === 'string')
      expect(fields.example, place).toBeTypeOf('string')
    if (fields.enum !== undefined) expect(Array.isArray(fields.enum), place).toBe(true)
  }
})

test('shows the background-run calls with examples', () => {
  const schemaOf = (path: string, method: string) =>
    document.paths[path]![method]!.requestBody!.content['application/json']!.schema
  const { properties } = schemaOf('/api/trading/decision/internal', 'post') as {
    properties: Record<string, Fields>
  }
  expect([properties.ticker!.example, properties.as_of!.example]).toEqual(['AAPL', '2012-06-29'])
  const { content } = document.paths['/api/trading/decision/internal/events/{runId}']!.get!.responses['200']!
  const example = content!['text/event-stream']!.example as string
  const data = JSON.parse(/^data: (.*)$/m.exec(example)![1]!) as Fields
  expect(Object.keys(data)).toEqual(
    expect.arrayContaining(['runId', 'run_id', 'currentStage', 'executionMs']),
  )
  for (const path of ['/api/trading/decision/internal/{runId}', '/api/trading/assessments/{runId}'])
    expect(document.paths[path]).toBeDefined()
})
