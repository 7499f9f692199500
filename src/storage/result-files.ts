/**
 * The files a person reads after a run: `reports/<agent>.md`, `decision.json`, `decision.md`, and `error.log` where it
 * failed. Made from the run's state alone, so writing them again gives the same.
 */
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatLogLine } from '../runs/log-line.ts'
import type { RunState } from '../runs/state.ts'
import { createTempName, makeOwnFolder, syncDirectory, writeSynced } from './durable-files.ts'

export const REPORTS_FOLDER = 'reports'
export const DECISION_JSON = 'decision.json'
export const DECISION_MARKDOWN = 'decision.md'
export const ERROR_LOG = 'error.log'
export const ERROR_LOG_LINES = 50

/** Writes them all, each whole or not at all, durable when it resolves. */
export async function writeResultFiles(folder: string, state: RunState): Promise<void> {
  const reports = renderReports(state)
  if (reports.size > 0) await replaceFiles(await makeOwnFolder(folder, REPORTS_FOLDER), reports)
  await replaceFiles(folder, new Map([...renderDecision(state), ...renderError(state)]))
}

/** The texts of the files that follow from a state, by their paths; `error.log` with as many log lines as are given. */
export function renderResultFiles(state: RunState, logLines = ERROR_LOG_LINES): Map<string, string> {
  const reports = [...renderReports(state)].map(
    ([name, text]) => [`${REPORTS_FOLDER}/${name}`, text] as const,
  )
  return new Map([...reports, ...renderDecision(state), ...renderError(state, logLines)])
}

function renderReports(state: RunState): Map<string, string> {
  const files = new Map<string, string>()
  for (const id of state.node_order) {
    const text = state.content[id]?.text
    if (state.nodes[id]?.node_type !== 'report' || text === undefined || text === '') continue
    const agent = id.replace(/_report$/, '').replace(/[^A-Za-z0-9_-]/g, '_')
    files.set(`${agent}.md`, text.endsWith('\n') ? text : `${text}\n`)
  }
  return files
}

export function renderDecision({ decision }: Pick<RunState, 'decision'>): Map<string, string> {
  const files = new Map<string, string>()
  if (decision === null || decision === undefined) return files
  files.set(DECISION_JSON, `${JSON.stringify(decision, null, 2)}\n`)
  const { markdown } = decision as { markdown?: unknown }
  if (typeof markdown === 'string')
    files.set(DECISION_MARKDOWN, markdown.endsWith('\n') ? markdown : `${markdown}\n`)
  return files
}

function renderError(state: RunState, logLines = ERROR_LOG_LINES): Map<string, string> {
  if (state.status !== 'error') return new Map()
  const { entries } = state.log
  const last = entries
    .slice(entries.length - Math.min(logLines, entries.length))
    .map((entry) => formatLogLine(entry))
    .join('')
  const head = `${state.ended_at ?? state.updated_at} ${state.run_id} ended in error:\n${state.error ?? 'no message'}\n`
  return new Map([[ERROR_LOG, last === '' ? head : `${head}\nThe last lines of its log:\n${last}`]])
}

async function replaceFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const temps = new Map([...files.keys()].map((name) => [name, join(folder, createTempName(name))]))
  try {
    await Promise.all([...files].map(([name, text]) => writeSynced(temps.get(name)!, text)))
    for (const [name, temp] of temps) await rename(temp, join(folder, name))
  } catch (error) {
    await Promise.all([...temps.values()].map((temp) => rm(temp, { force: true })))
    throw error
  }
  await syncDirectory(folder)
}

/**
 * Deletes everything in a run's folder but what is named; what is to go last tells, as long as it stands, that there is
 * something left to delete.
 */
export async function removeAllBut(
  folder: string,
  kept: ReadonlySet<string>,
  last: readonly string[],
): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !kept.has(name) && !last.includes(name))
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
  await syncDirectory(folder)
  for (const name of last) await rm(join(folder, name), { force: true })
  await syncDirectory(folder)
}
