/** Unpacks the browser once, before test files that run at the same time would each try to. */
import chromium from '@sparticuz/chromium'

export async function setup(): Promise<void> {
  await chromium.executablePath()
}
