import { load } from 'cheerio'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/core/markdown.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![remote](http://evil.example/p.png)',
  '[link](javascript:alert(1))',
  '[link](data:text/html,<script>1</script>)',
  '[link](vbscript:x)',
  '<a href="//evil.example">protocol-relative</a>',
  '<div hx-get="/runs" hx-trigger="load" data-hx-post="/x" id="tray" class="toast">x</div>',
  '<form action="/start-multi"><button>x</button></form>',
  '<iframe src="/"></iframe><object data=x></object><embed src=x>',
  '<style>*{display:none}</style><p style="position:fixed">x</p>',
  '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<math><mtext><script>1</script></mtext></math>',
  '| a |\n|---|\n| <img src=x onerror=1> |',
]

describe('what someone else wrote', () => {
  test.each(HOSTILE)('is harmless once rendered: %s', (text) => {
    const $ = load(renderMarkdown(text))
    expect($('script, img, iframe, object, embed, style, form, button, svg, math, link, meta').length).toBe(0)
    $('body *').each((_i, element) => {
      for (const [name, value] of Object.entries(element.attribs)) {
        expect(['href', 'title', 'rel', 'align']).toContain(name)
        if (name === 'href') expect(value).not.toMatch(/^(javascript|data|vbscript):|^\/\//i)
      }
    })
  })

  test('keeps what a report needs: headings, tables, lists and links that tell nobody where they were clicked', () => {
    const $ = load(
      renderMarkdown('# Title\n\n- one\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n\n[x](https://a.example)'),
    )
    expect($('h1').text()).toBe('Title')
    expect($('td[align=right]').text()).toBe('2')
    expect($('a').attr('rel')).toBe('noopener noreferrer nofollow')
  })
})
