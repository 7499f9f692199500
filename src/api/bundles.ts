/** `GET /runs/{id}/export` and `POST /runs/import`: a run with everything in it, from one desk to another. */
import { createRoute, z } from '@hono/zod-openapi'
import { BUNDLE_FIELD, BUNDLE_TYPE, readBundleUpload } from '../runs/bundle-upload.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, FORM_ANSWERS, jsonAnswer, runParams } from './schemas.ts'

const binary = { type: 'string', format: 'binary' } as const

const exportRun = createRoute({
  method: 'get',
  path: '/runs/{id}/export',
  tags: ['Bundles'],
  summary: 'A run that has ended as one .zip file',
  description:
    'Journal, reports, decision, evidence, logs, artifacts and manifest, with a list of sizes and hashes in bundle.json. Of a pruned run: what was kept. docs/bundles.md describes the format.',
  request: { params: runParams },
  responses: {
    200: { description: 'Bundle', content: { [BUNDLE_TYPE]: { schema: binary } } },
    ...failures(400, 404, 409),
  },
})

const importRun = createRoute({
  method: 'post',
  path: '/runs/import',
  tags: ['Bundles'],
  summary: 'Take in the run of a bundle',
  description:
    'Nothing is taken in before everything in the bundle has been held against its journal. 409 where the run is here already. At most 256 MiB, and 1 GiB unpacked.',
  request: {
    body: {
      content: {
        [BUNDLE_TYPE]: { schema: binary },
        'multipart/form-data': {
          schema: { type: 'object', properties: { [BUNDLE_FIELD]: binary }, required: [BUNDLE_FIELD] },
        },
      },
    },
  },
  responses: {
    201: jsonAnswer(z.object({ run_id: z.string() }), 'Imported'),
    303: FORM_ANSWERS[303],
    ...failures(400, 403, 408, 409, 413, 415, 429),
  },
})

export function createBundleRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(exportRun, async (c) => {
    const { id } = c.req.valid('param')
    // Nobody reads the body of an answer to HEAD: none is made.
    const headersOf = ({ name }: { name: string }) => ({
      'Content-Type': BUNDLE_TYPE,
      'Content-Disposition': `attachment; filename="${name}"`,
    })
    // Nobody reads the body of an answer to HEAD: none is made.
    if (c.req.method === 'HEAD') return c.body(null, 200, headersOf(await desk.checkExport(id)))
    const exported = await desk.exportRun(id)
    return c.body(exported.stream, 200, headersOf(exported))
  })
  routes.openapi(importRun, async (c) => {
    const { run_id } = await desk.importRun(readBundleUpload(c.req.raw))
    return c.json({ run_id }, 201)
  })
  return routes
}
