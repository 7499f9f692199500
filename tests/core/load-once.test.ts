import { expect, it } from 'vitest'
import { loadOnce } from '../../src/core/load-once.ts'

it('loads once for all who ask, and again after a failure alone', async () => {
  let loads = 0
  const get = loadOnce(async () => {
    loads++
    if (loads === 1) throw new Error('too many open files')
    return `load ${loads}`
  })
  const first = await Promise.allSettled([get(), get()])
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await Promise.all([get(), get()])).toEqual(['load 2', 'load 2'])
  expect(await get()).toBe('load 2')
})
