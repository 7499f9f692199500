/**
 * What the palette offers: the pages of the navigation, what can be done on this page and to runs under way, the newest
 * runs or those that match, and tickers. Nothing is named here that the page does not have.
 */
import { recall } from './keep.js'
import { describeOffer, open as turnNotifications } from './notify.js'
import { setTheme, THEMES } from './theme-switch.js'

const NEWEST = 8
const LOOKED_AT = 60
const TICKER = /^[A-Z\d^][A-Z\d.\-^=]{0,14}$/
/** Icon, tone and word, as on the pages. */
const LOOKS = {
  pending: ['○', 'wait', 'queued'],
  in_progress: ['◐', 'work', 'running'],
  paused: ['‖', 'hold', 'paused'],
  completed: ['✓', 'good', 'completed'],
  error: ['✕', 'bad', 'failed'],
  canceled: ['⊘', 'mute', 'canceled'],
}

const go = (href) => () => location.assign(href)
const textOf = (element) => element.textContent.replace(/\s+/g, ' ').trim()

export function gatherCommands() {
  return [...pages(), ...doableHere(), ...settings()]
}

function pages() {
  const links = [...document.querySelectorAll('.side-links a')].map((link) => ({
    group: 'Pages',
    icon: '→',
    label: textOf(link),
    keys: link.dataset.key && `g ${link.dataset.key}`,
    run: go(link.href),
  }))
  const last = recall('lastRun', null)
  const isElsewhere = last && document.querySelector('[data-shown-run]')?.dataset.shownRun !== last
  const back = { group: 'Pages', icon: '←', label: 'Last run you looked at', about: last }
  const further = [
    { label: 'New backtest', words: 'lab job strategy', run: go('/lab/new?kind=backtest') },
    { label: 'New optimisation', words: 'lab job grid search optimize', run: go('/lab/new?kind=optimize') },
    { label: 'New walk-forward analysis', words: 'lab job folds', run: go('/lab/new?kind=walk-forward') },
    { label: 'New training', words: 'lab job model classifier', run: go('/lab/new?kind=train') },
    { label: 'Strategies', about: 'what the lab can run', words: 'lab', run: go('/lab#strategies') },
    { label: 'API documentation', words: 'docs openapi', run: go('/docs') },
    { label: 'Retention', about: 'what is deleted when', words: 'prune files', run: go('/system#retention') },
    { label: 'Storage', about: 'what the files take', run: go('/system#storage') },
    { label: 'Models', about: 'what is configured', run: go('/system#models') },
  ].map((page) => ({ group: 'Pages', icon: '→', ...page, isHidden: true }))
  return [
    ...links,
    ...(isElsewhere ? [{ ...back, run: go(`/runs/${encodeURIComponent(last)}`) }] : []),
    ...further,
  ]
}

/** The navigation leads there already. */
function isPage({ href }) {
  return [...document.querySelectorAll('.side-links a')].some((link) => link.href === href)
}

/** Buttons and links of the page that do something, as they are named there. */
function doableHere() {
  const here = [
    ...document.querySelectorAll(
      '#page :is(.actions :is(button, a), [data-bulk], [href$="/export"], [data-command])',
    ),
  ]
  const underWay = [...document.querySelectorAll('#tray form[data-cancel] button')]
  const commands = []
  const labels = new Set()
  for (const element of [...here, ...underWay]) {
    const label = element.dataset.command || textOf(element)
    const isOffered = underWay.includes(element) || element.checkVisibility()
    if (!isOffered || element.disabled || labels.has(label) || isPage(element)) continue
    labels.add(label)
    commands.push({
      group: 'Do',
      icon: '▸',
      label,
      about: element.title,
      keys: element.closest('#page form[data-cancel]') ? 'c' : undefined,
      run: () => (element.isConnected ? element.click() : undefined),
    })
  }
  return commands
}

function settings() {
  const present = document.documentElement.dataset.theme ?? 'system'
  const themes = THEMES.filter((theme) => theme !== present).map((theme) => ({
    label: `Theme: ${theme}`,
    about: `now ${present}`,
    run: () => setTheme(theme),
    isHidden: true,
  }))
  const offer = describeOffer()
  const leave = document.querySelector('[data-sign-out]')
  return [
    { label: 'Keys', about: 'Lists them', keys: '?', run: () => document.getElementById('keys').showModal() },
    ...(offer ? [{ label: offer, words: 'desktop notifications', run: turnNotifications }] : []),
    ...themes,
    ...(leave ? [{ label: 'Sign out', run: () => leave.requestSubmit() }] : []),
  ].map((command) => ({ group: 'Desk', icon: '◇', ...command }))
}

/** Runs that match, the newest without a text, and tickers with their latest verdict; none where nobody answers. */
export async function findRuns(text) {
  const query = new URLSearchParams({ limit: String(LOOKED_AT), ...(text === '' ? {} : { q: text }) })
  try {
    const response = await fetch(`/runs?${query}`, { headers: { Accept: 'application/json' } })
    if (!response.ok) return []
    const runs = await response.json()
    return [...runs.slice(0, NEWEST).map(viewRun), ...viewTickers(runs, text)]
  } catch {
    return []
  }
}

function viewRun(run) {
  const [icon, tone, word] = LOOKS[run.status] ?? ['', '', run.status]
  const verdict = run.decision ? run.decision.action : word
  const percent =
    run.status === 'in_progress' && run.overall_progress !== null ? `${run.overall_progress} %` : ''
  return {
    group: 'Runs',
    icon,
    tone,
    label: `${run.ticker} ${percent || verdict}`,
    about: [run.as_of, run.run_id].filter(Boolean).join(' · '),
    run: go(`/runs/${encodeURIComponent(run.run_id)}`),
    isFound: true,
  }
}

/** Each ticker of the runs once, and what was typed if it could be one. */
function viewTickers(runs, text) {
  const typed = text.split(/\s+/).at(-1).toUpperCase()
  const verdicts = new Map()
  for (const { ticker, decision, as_of } of runs) {
    if (!verdicts.has(ticker)) verdicts.set(ticker, '')
    if (decision && !verdicts.get(ticker)) verdicts.set(ticker, `last ${decision.action}, as of ${as_of}`)
  }
  verdicts.delete('PORTFOLIO')
  const isGuessed = TICKER.test(typed) && !verdicts.has(typed)
  if (isGuessed) verdicts.set(typed, '')
  return [...verdicts].slice(0, NEWEST).map(([ticker, about]) => ({
    group: 'Assess',
    icon: '+',
    label: `Assess ${ticker}`,
    about,
    words: 'launch',
    weight: isGuessed && ticker === typed ? 0.3 : 1,
    run: go(`/?company_symbols=${encodeURIComponent(ticker)}`),
  }))
}
