/**
 * Look-ups as a reasoner is handed them: answers are journaled and become numbered evidence in the analyst's own block.
 * One at a time, in the order in which they are asked, so that a repeated turn gives every answer the same numbers.
 */
import { InputError } from '../../core/errors.ts'
import type { Evidence } from '../decision.ts'
import type { EvidenceBlock } from '../evidence/blocks.ts'
import { numberMeasurements, type Ledger, type Origin } from '../evidence/ledger.ts'
import type { Measurement } from '../evidence/measurement.ts'
import { parseInput } from '../assessment-input.ts'
import type { LookUp } from '../reasoner.ts'
import type { Turn } from '../roles/room.ts'
import type { AnyLookUpSpec } from './look-up-specs.ts'

export interface NumberedLookUps {
  lookUps: LookUp[]
  /** What was known before, and all that has been looked up since. */
  ledger(): Ledger
}

export function numberLookUps(
  turn: Turn,
  specs: readonly AnyLookUpSpec[],
  before: Ledger,
  block: EvidenceBlock,
  origin: Omit<Origin, 'tool'>,
): NumberedLookUps {
  let ledger = before
  let last: Promise<unknown> = Promise.resolve()

  async function look(spec: AnyLookUpSpec, args: Record<string, unknown>): Promise<Evidence[]> {
    // Refused before it is a call: a question that cannot be asked is no failure of the tool.
    const found = spec.look(parseInput(spec.input, args))
    const fresh = withoutRepeats(found).filter(({ label }) => !ledger.has(label))
    if (numberIn(ledger, block) + fresh.length - 1 > block.last)
      throw new InputError('evidence', 'there is no room for more evidence: work with what there is')
    const measured = await turn.call(spec.name, args, () => Promise.resolve(fresh))
    const evidence = numberMeasurements(measured, numberIn(ledger, block), { ...origin, tool: spec.name })
    ledger = ledger.with(evidence)
    const answer = [...new Set(found.map(({ label }) => label))].flatMap((label) => ledger.find(label) ?? [])
    turn.note(`Looked up \`${spec.name}\`: ${answer.map(({ id }) => id).join(', ') || 'nothing found'}.`)
    return answer
  }

  return {
    ledger: () => ledger,
    lookUps: specs.map((spec) => ({
      name: spec.name,
      description: spec.description,
      input: spec.input,
      run(args) {
        const answer = last.then(() => look(spec, args))
        last = answer.catch(() => undefined)
        return answer
      },
    })),
  }
}

/** The number after the highest of the block. */
export function numberIn(ledger: Ledger, block: EvidenceBlock): number {
  const numbers = ledger.items
    .map(({ id }) => Number(id.slice(1)))
    .filter((number) => number >= block.first && number <= block.last)
  return Math.max(block.first, ...numbers.map((number) => number + 1))
}

function withoutRepeats(measured: readonly Measurement[]): Measurement[] {
  return [...new Map(measured.map((item) => [item.label, item])).values()]
}
