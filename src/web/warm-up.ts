/**
 * What only the first page would pay for, done while nobody waits: templates are compiled and the Markdown machinery
 * is run once, a piece at a time with everything else in between.
 */
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { renderMarkdown } from '../core/markdown.ts'
import type { Renderer } from './render.ts'

/** One of each thing that reports are made of. */
const SAMPLE =
  '# Title\n\nA **word**, `code`, [a link](https://desk.example) and:\n\n- an item\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n'
const MARKDOWN_ROUNDS = 5

/** Ends early when `signal` aborts. */
export async function warmUp(renderer: Renderer, viewsDir: string, signal: AbortSignal): Promise<void> {
  const entries = await readdir(viewsDir, { recursive: true, withFileTypes: true })
  const templates = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.eta'))
    .map((entry) =>
      relative(viewsDir, join(entry.parentPath, entry.name))
        .replace(/\.eta$/, '')
        .split(sep)
        .join('/'),
    )
  const pieces = [
    ...templates.map((template) => () => compile(renderer, template)),
    ...Array.from({ length: MARKDOWN_ROUNDS }, () => () => void renderMarkdown(SAMPLE)),
  ]
  for (const piece of pieces) {
    await setImmediate()
    if (signal.aborted) return
    piece()
  }
}

/** A template is kept once it is compiled; that it cannot be filled from nothing does not matter. */
function compile(renderer: Renderer, template: string): void {
  try {
    renderer.render(template, {})
  } catch {
    // As said above.
  }
}
