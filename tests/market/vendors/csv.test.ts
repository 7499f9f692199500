import { chmod, mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputError, NotFoundError } from '../../../src/core/errors.ts'
import { createCsvVendor } from '../../../src/market/vendors/csv.ts'
import { createVendor } from '../../../src/market/vendors/index.ts'
import { describeVendorContract } from '../../contracts/vendor.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const HEADER = 'date,open,high,low,close,volume\n'
const row = (date: string, close: number) => `${date},${close},${close + 1},${close - 1},${close},1000\n`
const THREE_DAYS = HEADER + row('2012-01-03', 10) + row('2012-01-04', 11) + row('2012-01-05', 12)

describeVendorContract('the CSV vendor', async () => {
  const dir = await createTempDir()
  await writeFile(join(dir, 'BRK-B.csv'), THREE_DAYS)
  await writeFile(join(dir, 'ABC.csv'), HEADER)
  return {
    vendor: createCsvVendor(dir),
    known: { ticker: 'BRK-B', first: '2012-01-03', last: '2012-01-05', count: 3 },
    unknown: 'TSLA',
    broken: createCsvVendor(join(dir, 'missing')),
  }
})

describe('a folder of CSV files', () => {
  it('answers a file without rows with an empty series, listed without a range', async () => {
    const dir = await createTempDir()
    await writeFile(join(dir, 'ABC.csv'), HEADER)
    const vendor = createCsvVendor(dir)
    expect((await vendor.bars('ABC', '2012-01-05')).time.length).toBe(0)
    expect(await vendor.listings()).toEqual([
      { ticker: 'ABC', first: null, last: null, problem: 'ABC: the file has no rows' },
    ])
  })

  it('finds a ticker whatever the case of it and of the file, the plain spelling first', async () => {
    const dir = await createTempDir()
    await writeFile(join(dir, 'abc.CSV'), HEADER + row('2012-01-03', 10))
    const vendor = createCsvVendor(dir)
    expect((await vendor.bars(' abc ', '2012-01-05')).close[0]).toBe(10)
    await writeFile(join(dir, 'ABC.csv'), HEADER + row('2012-01-03', 20))
    expect((await vendor.bars('ABC', '2012-01-05')).close[0]).toBe(20)
    expect(await vendor.listings()).toHaveLength(1)
  })

  it('names only files that could be asked for, also where one of them is broken', async () => {
    const dir = await createTempDir()
    await writeFile(join(dir, 'GOOD.csv'), THREE_DAYS)
    await writeFile(join(dir, 'BAD.csv'), 'no prices here')
    await writeFile(join(dir, 'notes.txt'), 'x')
    await writeFile(join(dir, 'not a ticker.csv'), THREE_DAYS)
    await mkdir(join(dir, 'FOLDER.csv'))
    const vendor = createCsvVendor(dir)
    expect(await vendor.listings()).toEqual([
      {
        ticker: 'BAD',
        first: null,
        last: null,
        problem: expect.stringMatching(/^BAD: line 1: no column for date/),
      },
      { ticker: 'GOOD', first: '2012-01-03', last: '2012-01-05', problem: null },
    ])
    await expect(vendor.bars('BAD', '2012-01-05')).rejects.toThrow('line 1')
    await expect(vendor.bars('FOLDER', '2012-01-05')).rejects.toThrow(NotFoundError)
  })

  it('says which files it passes over, and why', async () => {
    const dir = await createTempDir()
    for (const name of ['ABC.csv', 'abc.csv', 'not a ticker.csv', 'esc\u001b[2J.csv', 'notes.txt'])
      await writeFile(join(dir, name), THREE_DAYS)
    expect(await createCsvVendor(dir).strays()).toEqual([
      'the file "abc.csv" is passed over: "ABC.csv" is of the same ticker',
      'the file "esc\\u001b[2J.csv" is passed over: its name is no ticker',
      'the file "not a ticker.csv" is passed over: its name is no ticker',
    ])
  })

  it('counts the tickers it does not name when there are many', async () => {
    const dir = await createTempDir()
    for (let i = 0; i < 23; i++) await writeFile(join(dir, `T${String(i).padStart(2, '0')}.csv`), HEADER)
    await expect(createCsvVendor(dir).bars('X', '2012-01-05')).rejects.toThrow(
      /it has T00, .*, T19 and 3 more$/,
    )
  })

  it('says so when it has no ticker at all', async () => {
    await expect(createCsvVendor(await createTempDir()).bars('X', '2012-01-05')).rejects.toThrow(
      'nor of any other',
    )
  })

  it('refuses a symbolic link out of the folder, follows one inside it', async () => {
    const outside = await createTempDir()
    const dir = await createTempDir()
    await writeFile(join(outside, 'SECRET.csv'), THREE_DAYS)
    await symlink(join(outside, 'SECRET.csv'), join(dir, 'LEAK.csv'))
    await symlink(join('..', outside.split('/').at(-1)!, 'SECRET.csv'), join(dir, 'LEAK2.csv'))
    await writeFile(join(dir, 'REAL.csv'), THREE_DAYS)
    await symlink('REAL.csv', join(dir, 'ALIAS.csv'))
    const vendor = createCsvVendor(dir)
    for (const ticker of ['LEAK', 'LEAK2']) {
      await expect(vendor.bars(ticker, '2012-01-05')).rejects.toThrow(InputError)
      await expect(vendor.bars(ticker, '2012-01-05')).rejects.toThrow('link out of its folder')
    }
    expect((await vendor.bars('ALIAS', '2012-01-05')).close.length).toBe(3)
    expect(await vendor.listings()).toContainEqual({
      ticker: 'LEAK',
      first: null,
      last: null,
      problem: expect.stringContaining('link out of its folder'),
    })
  })

  it('refuses a link out of the folder that takes the place of a file already read', async () => {
    const outside = await createTempDir()
    const dir = await createTempDir()
    await writeFile(join(dir, 'ABC.csv'), THREE_DAYS)
    const vendor = createCsvVendor(dir)
    await vendor.bars('ABC', '2012-01-05')
    await rename(join(dir, 'ABC.csv'), join(outside, 'ABC.csv'))
    await symlink(join(outside, 'ABC.csv'), join(dir, 'ABC.csv'))
    await expect(vendor.bars('ABC', '2012-01-05')).rejects.toThrow('link out of its folder')
  })

  it('works in a folder that is itself reached through a link', async () => {
    const parent = await createTempDir()
    await mkdir(join(parent, 'real'))
    await writeFile(join(parent, 'real', 'ABC.csv'), THREE_DAYS)
    await symlink(join(parent, 'real'), join(parent, 'link'))
    expect((await createCsvVendor(join(parent, 'link')).bars('ABC', '2012-01-05')).close.length).toBe(3)
  })

  it('reads a file again when it changed, and also after one that could not be read', async () => {
    const dir = await createTempDir()
    const path = join(dir, 'ABC.csv')
    await writeFile(path, THREE_DAYS)
    const vendor = createCsvVendor(dir)
    expect((await vendor.bars('ABC', '2012-12-31')).close.length).toBe(3)
    await writeFile(path, 'broken')
    await expect(vendor.bars('ABC', '2012-12-31')).rejects.toThrow('line 1')
    await writeFile(path, THREE_DAYS + row('2012-01-06', 13))
    expect((await vendor.bars('ABC', '2012-12-31')).close.length).toBe(4)
    expect(await vendor.listings()).toEqual([
      { ticker: 'ABC', first: '2012-01-03', last: '2012-01-06', problem: null },
    ])
    await writeFile(path, THREE_DAYS + row('2012-01-07', 13))
    await utimes(path, 1_000, 1_000)
    expect(await vendor.listings()).toEqual([
      { ticker: 'ABC', first: '2012-01-03', last: '2012-01-07', problem: null },
    ])
  })

  it.skipIf(process.getuid?.() === 0)('throws for a file it may not read', async () => {
    const dir = await createTempDir()
    await writeFile(join(dir, 'ABC.csv'), THREE_DAYS)
    await chmod(join(dir, 'ABC.csv'), 0)
    await expect(createCsvVendor(dir).bars('ABC', '2012-12-31')).rejects.toThrow('EACCES')
  })

  it('throws for a link that leads nowhere', async () => {
    const dir = await createTempDir()
    await symlink('nowhere.csv', join(dir, 'ABC.csv'))
    await expect(createCsvVendor(dir).bars('ABC', '2012-12-31')).rejects.toThrow(
      'the file of ABC cannot be read',
    )
  })
})

describe('the vendor that the settings name', () => {
  it('is the sample by default and a folder where one is named', async () => {
    expect(createVendor({ marketVendor: 'sample', csvDir: '' }).name).toBe('sample')
    expect(createVendor({ marketVendor: 'csv', csvDir: await createTempDir() }).name).toBe('csv')
  })

  it('is refused when it is csv without a folder', () => {
    expect(() => createVendor({ marketVendor: 'csv', csvDir: '' })).toThrow('CSV_DIR is ""')
  })
})
