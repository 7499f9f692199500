/** A real browser for tests: one for the whole file, a fresh profile for each page. */
import chromium from '@sparticuz/chromium'
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface TestBrowser {
  open(url: string, options?: BrowserContextOptions): Promise<TestPage>
}

export interface TestPage extends Page {
  /** What the page complained of: script errors, and what the content security policy refused. */
  readonly complaints: string[]
}

/** To be called at the top of a test file. */
export function useBrowser(): TestBrowser {
  let browser: Browser
  beforeAll(async () => {
    browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: ARGS })
  })
  afterAll(() => browser.close())
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      const page = (await context.newPage()) as TestPage
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      Object.defineProperty(page, 'complaints', { value: complaints })
      await page.goto(url)
      return page
    },
  }
}
