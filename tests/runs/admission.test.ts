import { expect, test } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { admitAll } from '../../src/runs/admission.ts'
import type { RunIdentity } from '../../src/runs/identity.ts'

const refuse = (ticker: string) =>
  Promise.reject(new InputError('ticker', `ticker "${ticker}": there are no prices of it`))

test('a launch that cannot be accepted says so of every ticker that is to blame', async () => {
  const good = Promise.resolve({ ticker: 'AAPL' } as RunIdentity)
  expect(await admitAll([good])).toEqual([{ ticker: 'AAPL' }])
  const refused = admitAll([refuse('NOSUCH'), good, refuse('NEITHER')])
  await expect(refused).rejects.toThrow(
    'ticker "NOSUCH": there are no prices of it; ticker "NEITHER": there are no prices of it',
  )
  await expect(refused).rejects.toBeInstanceOf(InputError)
})

test('a fault among refusals is told as the fault that it is', async () => {
  await expect(admitAll([refuse('NOSUCH'), Promise.reject(new Error('the disk is gone'))])).rejects.toThrow(
    'the disk is gone',
  )
})
