/** What an assessment shows besides the panels of every run: its verdict, the price chart and the evidence. */
import { isTerminal } from '../../runs/status.ts'
import { createProseContext, type ProseContext } from '../view-models/citations.ts'
import { readDecision, viewDecision, viewPosition, viewPrior } from '../view-models/decision-view.ts'
import { readEvidence, viewEvidence } from '../view-models/evidence-view.ts'
import { runHref } from '../view-models/run-row.ts'
import type { KindPanels, RunReader } from './kind-panels.ts'

export const assessmentPanels: KindPanels = {
  treeTitle: 'Committee',
  readProse,
  regions: ({ priceCharts }, runId, reader, watching) => [
    {
      id: 'run-decision',
      key: `run/decision:${runId}`,
      template: 'run/decision',
      ...watching('decision', 'status'),
      data: async () => {
        const decision = readDecision(await reader.decision())
        const { status, current_stage: stage } = reader.summary()
        const prior = decision && viewPrior(decision)
        return {
          decision: decision && viewDecision(decision),
          position: decision && viewPosition(decision),
          prior: prior && { ...prior, href: runHref(prior.runId) },
          ended: isTerminal(status),
          failed: status === 'error',
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
        return { rows: viewEvidence([...evidence.values()]), ended: isSettled }
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

/** The evidence of the verdict; before there is one, what has been measured so far. */
async function readProse(reader: RunReader): Promise<ProseContext> {
  const decision = readDecision(await reader.decision())
  if (decision) return createProseContext({ ...decision, isSettled: true })
  const evidence = reader.isPruned ? [] : readEvidence((await reader.state()).data)
  return createProseContext({ evidence, unverified: [], isSettled: isTerminal(reader.summary().status) })
}
