/** The shapes of what an assessment writes into its journal: what a journal from another desk is held against. */
import { z } from 'zod'
import type { KindShapes } from '../runs/workflow.ts'
import { ANALYSTS } from './assessment-input.ts'
import { ACTIONS, decisionSchema, evidenceSchema } from './decision.ts'
import { ROLE_LABELS, type Role } from './plan.ts'
import {
  EVIDENCE_EVENT,
  GAP_EVENT,
  SPREAD_EVENT,
  STANCE_EVENT,
  THINKING_EVENT,
  UNVERIFIED_EVENT,
} from './state.ts'

const role = z.enum(Object.keys(ROLE_LABELS) as Role[])

export const ASSESSMENT_SHAPES: KindShapes = {
  decision: decisionSchema,
  events: {
    [THINKING_EVENT]: z.looseObject({
      mode: decisionSchema.shape.provenance.shape.mode,
      models: z.record(z.string(), z.string()),
      cutoffs: z.record(z.string(), z.string().nullable()),
      warning: z.string().nullable(),
    }),
    [STANCE_EVENT]: z.looseObject({ role, stance: z.enum([...ACTIONS, 'CARRY', 'REFUSE']) }),
    [EVIDENCE_EVENT]: z.looseObject({ items: z.array(evidenceSchema) }),
    [UNVERIFIED_EVENT]: z.looseObject({ role, figures: decisionSchema.shape.unverified }),
    [SPREAD_EVENT]: z.looseObject({
      role,
      spread: z.array(z.looseObject({ answer: z.string(), count: z.number() })),
    }),
    [GAP_EVENT]: z.looseObject({ analyst: z.enum(ANALYSTS), reason: z.string() }),
  },
}
