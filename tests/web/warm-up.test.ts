import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createRenderer } from '../../src/web/render.ts'
import { warmUp } from '../../src/web/warm-up.ts'

const VIEWS = resolve(import.meta.dirname, '../../views')

test('goes through every template once, and not on when it is told to stop', async () => {
  const renderer = createRenderer({ viewsDir: VIEWS, cache: true, assetUrl: (name) => name, version: '1' })
  const seen: string[] = []
  const watched = {
    ...renderer,
    render: (template: string, data: object) => (seen.push(template), renderer.render(template, data)),
  }
  await warmUp(watched, VIEWS, new AbortController().signal)
  expect(seen).toEqual(
    expect.arrayContaining([join('layouts', 'desk'), 'pages/run/run', 'partials/run/tree']),
  )
  expect(new Set(seen).size).toBe(seen.length)
  seen.length = 0
  await warmUp(watched, VIEWS, AbortSignal.abort())
  expect(seen).toEqual([])
})
