import { expect, test } from 'vitest'
import { viewApiDocs } from '../../../src/web/view-models/api-docs-view.ts'

test('operations are grouped by tag, with references followed and types in words', () => {
  const { sections, title } = viewApiDocs({
    info: { title: 'Desk', version: '1' },
    paths: {
      '/runs/{id}': {
        get: {
          tags: ['Runs'],
          summary: 'One run',
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { $ref: '#/components/responses/Ok' } },
        },
      },
      '/start': {
        post: {
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Start' } } },
          },
          responses: {},
        },
      },
    },
    components: {
      responses: { Ok: { description: 'It is there' } },
      schemas: {
        Start: {
          required: ['a'],
          properties: {
            a: { type: 'array', items: { enum: ['x', 'y'] } },
            b: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
          },
        },
      },
    },
  })
  expect(title).toBe('Desk')
  expect(sections.map((section) => section.tag)).toEqual(['Runs', 'Other'])
  expect(sections[0]!.operations[0]).toMatchObject({
    id: 'op-get-runs-id',
    parameters: [{ name: 'id', where: 'path', type: 'string', required: true }],
    answers: [{ status: '200', about: 'It is there' }],
  })
  expect(sections[1]!.operations[0]!.body).toEqual([
    { name: 'a', type: 'list of "x" | "y"', required: true, about: '' },
    { name: 'b', type: 'string (date) or null', required: false, about: '' },
  ])
})

test('a document of nothing is no sections rather than an error', () => {
  expect(viewApiDocs({}).sections).toEqual([])
})
