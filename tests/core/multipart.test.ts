import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { readBoundary, readFormFile } from '../../src/core/multipart.ts'

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function encode(form: FormData) {
  const response = new Response(form)
  const boundary = readBoundary(response.headers.get('content-type')!)!
  return { boundary, bytes: new Uint8Array(await response.arrayBuffer()) }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

describe('a file in a form', () => {
  it('comes out as it went in, however it is cut into pieces and whatever stands around it', async () => {
    const bytesLike = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.constantFrom(13, 10, 45, 45, 97), { maxLength: 200 }).map((list) => Uint8Array.from(list)),
    )
    await fc.assert(
      fc.asyncProperty(
        bytesLike,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.boolean(),
        async (file, sizes, isFirst) => {
          const form = new FormData()
          if (!isFirst) form.append('note', 'bundle\r\n--bundle')
          form.append('bundle', new Blob([file]), 'a "b".zip')
          form.append('bundle', new Blob(['another']))
          const { boundary, bytes } = await encode(form)
          const read = await collect(readFormFile(inPieces(bytes, sizes), boundary, 'bundle'))
          expect(read).toEqual(Buffer.from(file))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('behind more parts than any form has is refused', async () => {
    const part = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n'
    const bytes = Buffer.from(`${part.repeat(101)}--b--`)
    await expect(collect(readFormFile(inPieces(bytes, [9]), 'b', 'bundle'))).rejects.toThrow(
      /more than 100 parts/,
    )
  })

  it('that is not there, breaks off, or has no end of headers is refused', async () => {
    const form = new FormData()
    form.append('other', 'x')
    const { boundary, bytes } = await encode(form)
    await expect(collect(readFormFile(inPieces(bytes, [7]), boundary, 'bundle'))).rejects.toThrow(
      /bundle is missing: choose a file/,
    )
    const whole = new FormData()
    whole.append('bundle', new Blob(['x'.repeat(500)]))
    const cut = await encode(whole)
    for (const length of [0, 10, 100, 300])
      await expect(
        collect(readFormFile(inPieces(cut.bytes.subarray(0, length), [9]), cut.boundary, 'bundle')),
      ).rejects.toThrow(InputError)
    const endless = Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="bundle"; x="${'y'.repeat(40_000)}`,
    )
    await expect(collect(readFormFile(inPieces(endless, [1_000]), 'b', 'bundle'))).rejects.toThrow(/headers/)
  })
})

it('a boundary is read from the content type, quoted or not', () => {
  expect(readBoundary('multipart/form-data; boundary=abc')).toBe('abc')
  expect(readBoundary('Multipart/Form-Data; charset=utf-8; boundary="a b"')).toBe('a b')
  expect(readBoundary('application/zip')).toBeNull()
  expect(() => readBoundary('multipart/form-data')).toThrow(InputError)
})
