/**
 * Makes echarts' SVG fit for a page with a strict content policy and a screen reader: `style` becomes attributes, its
 * style sheet and bookkeeping go, ids are those of the page, and the picture gets a title and a description.
 */
import { escapeHtml } from '../escape-html.ts'

export interface SvgFacts {
  /** Unique on the page: `price-chart-wide`. */
  id: string
  className: string
  title: string
  description: string
  /** SVG elements made elsewhere, drawn over the rest. */
  extra: string
}

const DROPPED = /\s(?:class|pointer-events|xml:space|ecmeta_[a-z_]+|xmlns:xlink|version|baseProfile)="[^"]*"/g

export function cleanSvg(svg: string, facts: SvgFacts): string {
  const inner = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(DROPPED, '')
    .replace(/\sstyle="([^"]*)"/g, (_match, css: string) => styleToAttributes(css))
    .replace(/\bzr\d+-/g, `${facts.id}-`)
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/g, '')
    .replace(/<path [^>]*stroke-width="0"[^>]*><\/path>/g, '')
    .replace(/\d+\.\d{2,}/g, (figure) => String(Math.round(Number(figure) * 10) / 10))
    .replace(/<g[^>]*><\/g>/g, '')
    .replace(/>\s+</g, '><')
    .trim()
  const size = /<svg[^>]*\bwidth="(\d+)"[^>]*\bheight="(\d+)"/.exec(svg)
  if (!size) throw new Error('the drawing has no size')
  const { id, className, title, description, extra } = facts
  return (
    `<svg id="${escapeHtml(id)}" class="${escapeHtml(className)}" viewBox="0 0 ${size[1]} ${size[2]}" role="img" ` +
    `aria-labelledby="${escapeHtml(id)}-title ${escapeHtml(id)}-desc">` +
    `<title id="${escapeHtml(id)}-title">${escapeHtml(title)}</title>` +
    `<desc id="${escapeHtml(id)}-desc">${escapeHtml(description)}</desc>${inner}${extra}</svg>`
  )
}

/** `font-size:12px;font-family:sans-serif` to attributes; the family is the page's, so it is left out. */
function styleToAttributes(css: string): string {
  return css
    .split(';')
    .map((declaration) => declaration.split(':').map((part) => part.trim()))
    .filter(([name, value]) => name && value && name !== 'font-family')
    .map(([name, value]) => ` ${name}="${value!.replace(/px$/, '')}"`)
    .join('')
}
