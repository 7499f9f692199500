/** What an assessment shows besides the panels of every run: its verdict, the price chart and the evidence. */
import { countOf, formatNumber } from '../../core/format.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import { createProseContext, type ProseContext } from '../view-models/citations.ts'
import { compareWithPrior } from '../view-models/compare-link.ts'
import { LAST_ROLE, readCommittee, unverifiedOf, viewNotes } from '../view-models/committee-view.ts'
import {
  readDecision,
  viewDecision,
  viewPosition,
  viewPrior,
  viewVerdict,
} from '../view-models/decision-view.ts'
import { readEvidence, viewEvidence } from '../view-models/evidence-view.ts'
import { runHref } from '../view-models/run-row.ts'
import type { KindPanels, RunReader } from './kind-panels.ts'

export const assessmentPanels: KindPanels = {
  treeTitle: 'Committee',
  hasReports: true,
  pollSeconds: null,
  readHead: async () => null,
  nameTab: () => '',
  decider: LAST_ROLE,
  readProse,
  modelsOf: (state) => readCommittee(state.data).thinking?.models ?? {},
  isThinking,
  regions: ({ desk, priceCharts }, runId, reader, watching) => [
    ...(reader.isPruned
      ? []
      : [
          {
            id: 'run-notes',
            key: `run/notes:${runId}`,
            template: 'run/notes',
            ...watching('data', 'decision', 'status'),
            data: async () => {
              const hasVerdict = (await reader.decision()) !== null
              const ended = isTerminal(reader.summary().status)
              const committee = readCommittee((await reader.state()).data)
              return { notes: viewNotes(committee, hasVerdict || !ended), hasVerdict }
            },
          },
        ]),
    {
      id: 'run-decision',
      key: `run/decision:${runId}`,
      template: 'run/decision',
      ...watching('decision', 'status'),
      data: async () => {
        const decision = readDecision(await reader.decision())
        const { status, current_stage: stage, decision: remembered } = reader.summary()
        const prior = decision && viewPrior(decision)
        const committee = readCommittee(reader.isPruned ? null : (await reader.state()).data)
        return {
          decision: decision && viewDecision(decision, committee),
          position: decision && viewPosition(decision),
          prior: prior && {
            ...prior,
            href: runHref(prior.runId),
            compareHref: compareWithPrior(desk, runId, prior.runId),
          },
          left: decision || !reader.isPruned ? null : remembered && viewVerdict(remembered.action),
          confidence: remembered && formatNumber(remembered.confidence, 2),
          ended: isTerminal(status),
          failed: status === 'error',
          paused: status === 'paused',
          stage: stage ?? '',
        }
      },
    },
    {
      id: 'run-evidence',
      key: `run/evidence:${runId}`,
      template: 'run/evidence',
      ...watching('decision', 'status', 'data'),
      data: async () => {
        const { evidence, isSettled } = await readProse(reader)
        const rows = viewEvidence([...evidence.values()])
        const what = rows.some((row) => row.isText) ? 'piece' : 'measured value'
        return { rows, count: countOf(rows.length, what), ended: isSettled }
      },
    },
    ...(reader.isPruned
      ? []
      : [
          {
            id: 'run-chart',
            key: `run/chart:${runId}`,
            template: 'run/chart',
            ...watching('tree', 'decision'),
            data: async () => priceCharts.load(await reader.state(), readDecision(await reader.decision())),
          },
        ]),
  ],
}

function isThinking({ data, input }: RunState): boolean {
  const asked = input !== null && typeof input === 'object' && !Array.isArray(input) ? input.mode : null
  return asked === 'llm' || readCommittee(data).thinking?.mode === 'llm'
}

/** The evidence of the verdict; before there is one, what has been measured so far. A report is marked by what was found in it. */
async function readProse(reader: RunReader, nodeId: string | null = null): Promise<ProseContext> {
  const decision = readDecision(await reader.decision())
  const state = reader.isPruned ? null : await reader.state()
  const inReport = state === null ? [] : unverifiedOf(state, nodeId, decision)
  if (decision) {
    const unverified = nodeId === null ? decision.unverified : inReport
    return createProseContext({ evidence: decision.evidence, unverified, isSettled: true })
  }
  const evidence = state === null ? [] : readEvidence(state.data)
  return createProseContext({
    evidence,
    unverified: inReport,
    isSettled: isTerminal(reader.summary().status),
  })
}
