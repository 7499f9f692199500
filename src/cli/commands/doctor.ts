/** `doctor`: what this installation stands on, and what is wrong with it. Changes nothing without `--reindex`. */
import type { Command } from 'commander'
import { inspectSettings, type InspectedSetting } from '../../config.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import {
  checkFolder,
  checkIndex,
  checkModels,
  checkPrices,
  checkServer,
  checkWebhook,
  type Finding,
} from '../examine-desk.ts'
import { EXIT } from '../exit-codes.ts'
import { formatTable } from '../table.ts'
import { cleanLine, paint, type Output, type Style } from '../terminal.ts'

interface DoctorOptions {
  reindex?: boolean
  llm?: boolean
}

export function addDoctor(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('doctor')
    .summary('check settings, folders, prices and the index')
    .description(
      'Shows every setting with its source and checks what the desk stands on. Changes nothing, unless --reindex is given.',
    )
    .option('--llm', 'make one small call to each configured model: latency, cost, what fails')
    .option('--reindex', 'make the index again from RESULTS_DIR (no server may run)')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} doctor
  ${context.program} doctor --llm
  ${context.program} doctor --reindex

✔ is well, ⚠ is worth knowing, ✖ keeps something from working.

Exit: 0 nothing is ✖, 1 something is.`,
    )
    .action((options: DoctorOptions) =>
      perform((given) => (options.reindex ? reindex(given) : examine(given, options.llm === true))),
    )
}

async function reindex(context: CliContext): Promise<number> {
  const { stdout, stderr, desks } = context
  const settings = loadSettings(context)
  const owner = await desks.findOwner(settings.config)
  if (owner) {
    await owner.close()
    stderr.write('A process owns the data directory (DATA_DIR): stop it first, then make the index again.\n')
    return EXIT.failed
  }
  const { runs } = await desks.reindex(settings)
  stdout.write(`The index shows ${runs} ${runs === 1 ? 'run' : 'runs'} again.\n`)
  return EXIT.ok
}

async function examine(context: CliContext, isProbing: boolean): Promise<number> {
  const { stdout, version, nodeVersion } = context
  const { settings, config, problems: unusable, warnings } = inspectSettings(context.settings)
  const problems = [...unusable, ...(await context.desks.findModelProblems(config))]
  const isUsable = (env: string) => settings.every((setting) => setting.env !== env || setting.isUsable)
  const findings: Finding[] = [
    { what: 'Program', verdict: 'fine', text: `Rundesk ${version} on Node ${nodeVersion}` },
    ...problems.map((text): Finding => ({ what: 'Settings', verdict: 'wrong', text })),
    ...warnings.map((text): Finding => ({ what: 'Settings', verdict: 'odd', text })),
  ]
  if (problems.length === 0) {
    findings.push({ what: 'Settings', verdict: 'fine', text: `all ${settings.length} can be used` })
  }
  findings.push(
    await checkFolder('DATA_DIR', config.dataDir),
    await checkFolder('RESULTS_DIR', config.resultsDir),
  )
  // A vendor that was not asked for tells nothing.
  if (isUsable('MARKET_VENDOR')) findings.push(...(await checkPrices(context, config)))
  findings.push(
    await checkServer(context, config),
    await checkIndex(context, config),
    ...checkWebhook(config),
  )
  if (isProbing) findings.push(...(await checkModels(context, config)))
  const lines = [...formatSettings(settings), '', ...formatFindings(stdout, findings)]
  stdout.write(`${lines.join('\n')}\n`)
  return findings.some(({ verdict }) => verdict === 'wrong') ? EXIT.failed : EXIT.ok
}

const MARKS: Record<Finding['verdict'], { mark: string; style: Style }> = {
  fine: { mark: '✔', style: 'green' },
  odd: { mark: '⚠', style: 'yellow' },
  wrong: { mark: '✖', style: 'red' },
}

function formatSettings(settings: readonly InspectedSetting[]): string[] {
  const columns = ['Setting', 'Value', 'From', 'Meaning'].map((title) => ({ title }))
  const rows = settings.map(({ env, shown, source, about }) => [
    env,
    cleanLine(shown),
    source,
    about.replaceAll('`', ''),
  ])
  return formatTable(columns, rows)
}

function formatFindings(output: Output, findings: readonly Finding[]): string[] {
  const rows = findings.map(({ what, verdict, text }) => {
    const { mark, style } = MARKS[verdict]
    return [{ text: paint(output, style, mark), width: 1 }, what, cleanLine(text)]
  })
  return formatTable([{ title: '' }, { title: '' }, { title: '' }], rows).slice(1)
}
