import { expect, it } from 'vitest'
import { createPlainApi } from '../support/plain-api.ts'
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

it('describes what else the routes answer: pages, redirects, refusals at the door', async () => {
  const { request } = await createWebDesk()
  const { paths } = (await (await request('/openapi.json')).json()) as Document
  const answers = (path: string, method: string) =>
    paths[path]![method]!.responses as Record<string, { content?: Record<string, object> }>
  for (const path of ['/runs', '/runs/{id}'])
    expect(Object.keys(answers(path, 'get')['200']!.content!)).toEqual(['application/json', 'text/html'])
  expect(Object.keys(answers('/start-multi', 'post'))).toEqual(
    expect.arrayContaining(['202', '204', '303', '400', '401', '403', '413', '415', '429']),
  )
  expect(Object.keys(answers('/runs/{id}/pause', 'post'))).toEqual(
    expect.arrayContaining(['202', '204', '303', '400', '401', '403', '404', '409']),
  )
  expect(Object.keys(answers('/runs/{id}', 'delete'))).not.toContain('303')
  expect(Object.keys(answers('/healthz', 'get'))).toEqual(['200'])
})

it('answers by itself, its errors included', async () => {
  const logged: object[] = []
  const desk = createScriptedDesk()
  const { routes } = createPlainApi({ desk, log: { error: (fields) => void logged.push(fields) } })
  expect((await routes.request('/healthz')).status).toBe(200)
  const other = await routes.request('/healthz', { method: 'POST' })
  expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(await (await routes.request('/nowhere')).json()).toEqual({ error: 'there is nothing at "/nowhere"' })
  desk.list = () => {
    throw new Error('EACCES: /home/someone/data/index.json')
  }
  const broken = await routes.request('/runs')
  expect([broken.status, await broken.json()]).toEqual([500, { error: 'internal error' }])
  expect(logged).toHaveLength(1)
})
