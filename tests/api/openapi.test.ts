import { expect, it } from 'vitest'
import { createApi } from '../../src/api/server.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createScriptedDesk } from '../support/scripted-desk.ts'
import { createWebDesk } from '../support/web-desk.ts'

interface Document {
  openapi: string
  paths: Record<
    string,
    Record<
      string,
      {
        summary: string
        responses: object
        requestBody?: { content: Record<string, { schema: { properties: object } }> }
      }
    >
  >
  components: { schemas: Record<string, object> }
}

it('describes every JSON route with a summary and its answers', async () => {
  const { app, request } = await createWebDesk()
  const document = (await (await request('/openapi.json')).json()) as Document
  expect(document.openapi).toBe('3.1.0')
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => {
      expect(route.summary).not.toBe('')
      expect(Object.keys(route.responses).length).toBeGreaterThan(0)
      return `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`
    }),
  )
  expect(described).toContain('GET /runs/:id/events')
  const served = new Set(app.routes.map(({ method, path }) => `${method} ${path}`))
  for (const route of described) expect(served).toContain(route)
})

it('describes the fields of a launch and the shape of a decision', async () => {
  const { request } = await createWebDesk()
  const { paths, components } = (await (await request('/openapi.json')).json()) as Document
  const { content } = paths['/start-multi']!.post!.requestBody!
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    expect(Object.keys(content[type]!.schema.properties)).toEqual(
      expect.arrayContaining(['company_symbols', 'as_of', 'analysts', 'rounds', 'repeats']),
    )
  }
  expect(Object.keys(components.schemas)).toEqual(
    expect.arrayContaining(['Summary', 'Node', 'Decision', 'LogEntry', 'Error']),
  )
  expect(JSON.stringify(components.schemas.Node)).toContain('#/components/schemas/Node')
})

it('answers by itself, its errors included', async () => {
  const logged: object[] = []
  const desk = createScriptedDesk()
  const { routes } = createApi({
    desk,
    maxTickers: 10,
    clock: createManualClock(),
    log: { error: (fields) => void logged.push(fields) },
    version: '1.0.0',
    shutdown: new AbortController().signal,
  })
  expect((await routes.request('/healthz')).status).toBe(200)
  expect(await (await routes.request('/nowhere')).json()).toEqual({ error: 'there is nothing at "/nowhere"' })
  desk.list = () => {
    throw new Error('EACCES: /home/someone/data/index.json')
  }
  const broken = await routes.request('/runs')
  expect([broken.status, await broken.json()]).toEqual([500, { error: 'internal error' }])
  expect(logged).toHaveLength(1)
})
