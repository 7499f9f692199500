import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestCli, type Answers } from '../support/cli-context.ts'
import { createTempDir } from '../support/temp-dir.ts'

const RUN = 'AAPL--2026-11-20_10.00.00--0a1b2c'
const BYTES = Buffer.from([80, 75, 3, 4, 0, 255, 128, 10])
const EXPORT: Answers = {
  [`GET /runs/${RUN}/export`]: () => new Response(BYTES, { headers: { 'Content-Type': 'application/zip' } }),
}

describe('export', () => {
  test('writes the bundle to the file or into the folder that is named', async () => {
    const dir = await createTempDir('export')
    const cli = createTestCli({ answers: EXPORT })
    expect(await cli.run('export', RUN, '--to', join(dir, 'mine.zip'))).toBe(0)
    expect(await cli.run('export', RUN, '--to', dir)).toBe(0)
    expect(await readFile(join(dir, 'mine.zip'))).toEqual(BYTES)
    expect((await readdir(dir)).sort()).toEqual([`${RUN}.zip`, 'mine.zip'])
    expect(cli.stdout()).toBe(`${join(dir, 'mine.zip')}  8 B\n${join(dir, `${RUN}.zip`)}  8 B\n`)
  })

  test('goes to <run_id>.zip where the command is called', async () => {
    const dir = await createTempDir('export')
    const before = process.cwd()
    process.chdir(dir)
    onTestFinished(() => process.chdir(before))
    expect(await createTestCli({ answers: EXPORT }).run('export', RUN)).toBe(0)
    expect(await readdir(dir)).toEqual([`${RUN}.zip`])
  })

  test('does not replace a file that is there, unless told to', async () => {
    const path = join(await createTempDir('export'), 'run.zip')
    await writeFile(path, 'mine')
    const cli = createTestCli({ answers: EXPORT })
    expect(await cli.run('export', RUN, '--to', path)).toBe(2)
    expect(cli.stderr()).toMatch(/is there already; --force replaces it/)
    expect(await readFile(path, 'utf8')).toBe('mine')
    expect(await cli.run('export', RUN, '--to', path, '--force')).toBe(0)
    expect(await readFile(path)).toEqual(BYTES)
  })

  test('to - is the bytes on stdout and nothing else; not to a terminal', async () => {
    const cli = createTestCli({ answers: EXPORT })
    expect(await cli.run('export', RUN, '--to', '-')).toBe(0)
    expect(Buffer.from(cli.stdout(), 'latin1')).toEqual(BYTES)
    const terminal = createTestCli({ answers: EXPORT, isTerminal: true })
    expect(await terminal.run('export', RUN, '--to', '-')).toBe(2)
    expect(terminal.stdout()).toBe('')
  })

  test('leaves no file where the desk refuses or the stream breaks off', async () => {
    const dir = await createTempDir('export')
    const path = `GET /runs/${RUN}/export`
    const refused = createTestCli({
      answers: { [path]: () => Response.json({ error: 'it is running' }, { status: 409 }) },
    })
    expect(await refused.run('export', RUN, '--to', dir)).toBe(1)
    expect(refused.stderr()).toBe('it is running\n')
    const broken = createTestCli({
      answers: {
        [path]: () => {
          const pieces = [BYTES]
          const body = new ReadableStream({
            pull(controller) {
              const next = pieces.shift()
              if (next) controller.enqueue(next)
              else controller.error(new Error('gone'))
            },
          })
          return new Response(body)
        },
      },
    })
    expect(await broken.run('export', RUN, '--to', dir)).toBe(1)
    expect(broken.stderr()).toMatch(/broke off/)
    expect(await readdir(dir)).toEqual([])
  })
})

describe('import', () => {
  test('sends each file and prints the ids; one that is refused does not keep the others', async () => {
    const dir = await createTempDir('import')
    const files = ['a.zip', 'b.zip', 'c.zip'].map((name) => join(dir, name))
    for (const file of files) await writeFile(file, BYTES)
    let sent = 0
    const cli = createTestCli({
      answers: {
        'POST /runs/import': () =>
          (sent += 1) === 2
            ? Response.json({ error: 'the bundle is refused: no' }, { status: 400 })
            : Response.json({ run_id: `${RUN.slice(0, -1)}${sent}` }, { status: 201 }),
      },
    })
    expect(await cli.run('import', ...files, join(dir, 'none.zip'))).toBe(2)
    expect(cli.stdout()).toBe(`${RUN.slice(0, -1)}1\n${RUN.slice(0, -1)}3\n`)
    expect(cli.stderr()).toContain(`${files[1]}: the bundle is refused: no\n`)
    expect(cli.stderr()).toMatch(/none\.zip" is no file that can be read/)
  })

  test('that comes at the wrong time is a failure, not a wrong question', async () => {
    const file = join(await createTempDir('import'), 'a.zip')
    await writeFile(file, BYTES)
    const cli = createTestCli({
      answers: {
        'POST /runs/import': () => Response.json({ error: 'run is here already' }, { status: 409 }),
      },
    })
    expect(await cli.run('import', file)).toBe(1)
    expect(cli.stderr()).toContain('run is here already')
  })
})
