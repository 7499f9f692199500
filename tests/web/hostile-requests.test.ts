import http from 'node:http'
import { expect, it } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

interface Hostile {
  what: string
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  status: number
  says?: string
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'Content-Type': 'application/json' }
const launch = (
  what: string,
  body: string,
  says: string,
  headers: Record<string, string> = FORM,
  status = 400,
): Hostile => ({
  what,
  method: 'POST',
  path: '/start-multi',
  headers,
  body,
  status,
  says,
})

const RUN = 'AAPL--2026-11-20_10.00.00--000001'

const HOSTILE: Hostile[] = [
  launch('no ticker', '', 'names no ticker'),
  launch('blank tickers', 'company_symbols=%20,%20', 'names no ticker'),
  launch('eleven tickers', `company_symbols=${'ABCDEFGHIJK'.split('').join(',')}`, 'at most 10'),
  launch('a path for a ticker', 'company_symbols=../etc', 'company_symbols "../etc" is not a ticker'),
  launch('a command for a ticker', 'company_symbols=AAPL;rm', 'is not a ticker'),
  launch('one bad ticker among good ones', 'company_symbols=AAPL,MSFT,a%00b', 'is not a ticker'),
  launch('an impossible date', 'company_symbols=AAPL&as_of=2012-02-31', 'as_of'),
  launch('an unknown analyst', 'company_symbols=AAPL&analysts=astrology', 'analysts'),
  launch('an unknown field', 'company_symbols=AAPL&as_off=2012-06-29', 'did you mean "as_of"?'),
  launch('a prototype for a field', '{"company_symbols":"AAPL","__proto__":{"x":1}}', '__proto__', JSON_TYPE),
  launch('broken JSON', '{"company_symbols"', 'is not JSON', JSON_TYPE),
  launch('a JSON list', '["AAPL"]', 'is not a JSON object', JSON_TYPE),
  launch('another content type', '<a/>', 'is not read here', { 'Content-Type': 'text/xml' }, 415),
  launch('a field too long', `company_symbols=${'A'.repeat(20_000)}`, 'characters long'),
  launch('too many fields', Array.from({ length: 99 }, (_, i) => `f${i}=1`).join('&'), 'fields'),
  launch('five megabytes', `company_symbols=${'A'.repeat(5_000_000)}`, 'larger than', FORM, 413),
  launch(
    'a foreign origin',
    'company_symbols=AAPL',
    'origin',
    { ...FORM, Origin: 'http://evil.example' },
    403,
  ),
  launch('no origin worth the name', 'company_symbols=AAPL', 'origin', { ...FORM, Origin: 'null' }, 403),
  launch(
    'a cross-site form',
    'company_symbols=AAPL',
    'cross-site',
    { ...FORM, 'Sec-Fetch-Site': 'cross-site' },
    403,
  ),
  launch('a rebound name', 'company_symbols=AAPL', 'host', { ...FORM, Host: 'evil.example' }, 403),
  {
    what: 'a rebound name on a page',
    path: '/runs',
    headers: { Host: 'evil.example:8000' },
    status: 403,
    says: 'host',
  },
  {
    what: 'a malformed host',
    path: '/runs',
    headers: { Host: 'a/b@c' },
    status: 400,
    says: 'could not be read',
  },
  {
    what: 'a foreign stream',
    path: '/stream?page=tray',
    headers: { Origin: 'http://evil.example' },
    status: 403,
  },
  {
    what: 'foreign events',
    path: `/runs/${RUN}/events`,
    headers: { 'Sec-Fetch-Site': 'cross-site' },
    status: 403,
  },
  { what: 'an encoded climb', path: '/runs/..%2f..%2fetc%2fpasswd', status: 400, says: 'not a run id' },
  { what: 'a climb', path: '/runs/../../etc/passwd', status: 404 },
  { what: 'a climb below a run', path: `/runs/${RUN}/..%2f..%2fetc`, status: 404 },
  { what: 'a backslash', path: '/runs\\..\\..', status: 400 },
  { what: 'a null byte', path: '/runs/%00', status: 400, says: 'not a run id' },
  { what: 'broken percent encoding', path: '/runs/%E0%A4%A', status: 400 },
  { what: 'a run id in lower case', path: '/runs/aapl--2026-11-20_10.00.00--000001', status: 400 },
  { what: 'an unknown run', path: '/runs/AAPL--2026-11-20_10.00.00--ffffff', status: 404, says: 'no run' },
  { what: 'a climb out of the assets', path: '/assets/..%2f..%2fpackage.json', status: 404 },
  { what: 'assets of another version', path: '/assets/000000000000/css/desk.css', status: 404 },
  { what: 'an unknown filter', path: '/runs?statuss=error', status: 400, says: 'did you mean "status"?' },
  {
    what: 'an unknown status',
    path: '/runs?status=busy',
    status: 400,
    says: 'status "busy" is not one of',
  },
  { what: 'a limit out of range', path: '/runs?limit=100000', status: 400, says: 'limit' },
  { what: 'a limit that is no number', path: '/runs?limit=-1', status: 400, says: 'limit' },
  { what: 'an endless address', path: `/runs?q=${'q'.repeat(5_000)}`, status: 414 },
  { what: 'a method that does nothing', method: 'PUT', path: '/runs', status: 405 },
  { what: 'an odd method', method: 'TRACE', path: '/runs', status: 405 },
]

function send(base: string, hostile: Hostile): Promise<{ status: number; body: string }> {
  const { port } = new URL(base)
  return new Promise((resolve, reject) => {
    let answered = false
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        path: hostile.path,
        method: hostile.method ?? 'GET',
        headers: { Host: `127.0.0.1:${port}`, ...hostile.headers },
        agent: false,
      },
      (response) => {
        answered = true
        let body = ''
        response.on('data', (chunk) => (body += chunk))
        response.on('close', () => resolve({ status: response.statusCode!, body }))
      },
    )
    // A refused body may be cut off while it is still being sent.
    request.on('error', (error) => (answered ? undefined : reject(error)))
    request.end(hostile.body)
  })
}

it.each(HOSTILE)('$what is refused clearly, and starts nothing', async (hostile) => {
  const web = await createWebDesk()
  const { status, body } = await send(await web.listen(), hostile)
  expect({ status, body }).toMatchObject({ status: hostile.status })
  const answer = JSON.parse(body) as { error: string }
  expect(Object.keys(answer)).toEqual(['error'])
  expect(answer.error).toContain(hostile.says ?? '')
  expect(body).not.toMatch(/node_modules|\.ts\b|\/work\/|at \w+ \(/)
  expect(web.desk.launches).toEqual([])
  expect(web.desk.asked).toEqual([])
})
