/**
 * The one loop in which the judging of a search spends its time, as machine code for vectors: for each resample, the sum
 * over its blocks of a difference of prefix sums, four columns at once. In JavaScript the same loop takes four times as
 * long, for each of its reads is checked and only one number is added at a time; the sums are the same to the bit.
 *
 * The code is a WebAssembly module of some two hundred bytes, put together below from its instructions by name
 * (WebAssembly Core Specification 2.0, ch. 5). This is the loop it stands for:
 *
 *     do {                                        // a resample
 *       a = b = (0, 0)
 *       limit = load(limits)
 *       do {                                      // a block
 *         end = load(blocks); start = load(blocks + 4)
 *         a += load2(end) − load2(start)          // columns 0 and 1
 *         b += load2(end + 16) − load2(start + 16)  // columns 2 and 3
 *         blocks += 8
 *       } while (blocks < limit)
 *       store2(sums, a); store2(sums + 16, b)
 *       sums += 32; limits += 4; samples -= 1
 *     } while (samples != 0)
 */

/** Columns that are summed side by side. */
export const LANES = 4

/** Bytes are memory addresses from 0. */
export type SumBlocks = (samples: number, limits: number, blocks: number, sums: number) => void

const I32 = 0x7f
const V128 = 0x7b
/** A block type without a result. */
const EMPTY = 0x40
const LOOP = [0x03, EMPTY]
const END = [0x0b]
const BRANCH_BACK_IF = [0x0d, 0x00]
const I32_LOAD = 0x28
const I32_ADD = [0x6a]
const I32_SUB = [0x6b]
const I32_BELOW = [0x49]
const F64X2_ADD = [0xfd, 0xf0, 0x01]
const F64X2_SUB = [0xfd, 0xf1, 0x01]
const ZEROS = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
/** Sets and leaves the value on the stack. */
const keep = (local: number) => [0x22, local]
/** 0 to 63. */
const constant = (value: number) => [0x41, value]
/** Of memory: alignment as a power of two, and what is added to the address. */
const load = (offset: number) => [I32_LOAD, 2, offset]
const loadPair = (offset: number) => [0xfd, 0x00, 3, offset]
const storePair = (offset: number) => [0xfd, 0x0b, 3, offset]

const [SAMPLES, LIMITS, BLOCKS, SUMS, LIMIT, AT_END, AT_START, A, B] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const

const BODY = [
  // Locals besides the four parameters: three numbers, two vectors.
  ...[2, 3, I32, 2, V128],
  ...LOOP,
  ...[...ZEROS, ...set(A), ...ZEROS, ...set(B)],
  ...[...get(LIMITS), ...load(0), ...set(LIMIT)],
  ...LOOP,
  ...get(A),
  ...[...get(BLOCKS), ...load(0), ...keep(AT_END), ...loadPair(0)],
  ...[...get(BLOCKS), ...load(4), ...keep(AT_START), ...loadPair(0)],
  ...[...F64X2_SUB, ...F64X2_ADD, ...set(A)],
  ...get(B),
  ...[...get(AT_END), ...loadPair(16), ...get(AT_START), ...loadPair(16)],
  ...[...F64X2_SUB, ...F64X2_ADD, ...set(B)],
  ...[...get(BLOCKS), ...constant(8), ...I32_ADD, ...keep(BLOCKS)],
  ...[...get(LIMIT), ...I32_BELOW, ...BRANCH_BACK_IF],
  ...END,
  ...[...get(SUMS), ...get(A), ...storePair(0)],
  ...[...get(SUMS), ...get(B), ...storePair(16)],
  ...[...get(SUMS), ...constant(32), ...I32_ADD, ...set(SUMS)],
  ...[...get(LIMITS), ...constant(4), ...I32_ADD, ...set(LIMITS)],
  ...[...get(SAMPLES), ...constant(1), ...I32_SUB, ...keep(SAMPLES), ...BRANCH_BACK_IF],
  ...END,
  ...END,
]

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
/** Types; the memory `l.m`, one page or more, imported; functions; the export `s`; code. */
const MODULE = Uint8Array.from([
  ...MAGIC_AND_VERSION,
  ...section(1, [1, 0x60, 4, I32, I32, I32, I32, 0]),
  ...section(2, [1, 1, 0x6c, 1, 0x6d, 0x02, 0x00, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, 1, 0x73, 0x00, 0]),
  ...section(10, [1, ...size(BODY.length), ...BODY]),
])

let compiled: WebAssembly.Module | null = null

/** The loop over this memory: limits and blocks are 32-bit addresses in it, of the row where a block ends and begins. */
export function instantiateKernel(memory: WebAssembly.Memory): SumBlocks {
  compiled ??= new WebAssembly.Module(MODULE)
  return new WebAssembly.Instance(compiled, { l: { m: memory } }).exports.s as SumBlocks
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...size(content.length), ...content]
}

/** LEB128, for what is below 16,384. */
function size(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, value >> 7]
}
