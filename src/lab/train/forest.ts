/**
 * A forest of decision trees (ml-random-forest), grown one by one so that progress shows and each can be stopped. A tree
 * is drawn by a seed of its own, so that it is the same whoever grows it and after which others.
 *
 * The package looks for a split in time that rises with the square of the rows: a tree of 3,000 rows takes about a
 * second, one of 256 some milliseconds. So a tree is shown a draw of 256 rows, as in subsampling (Bühlmann & Yu 2002,
 * "Analyzing Bagging"), which on figures as noisy as these costs nothing: trees that know less agree less.
 *
 * Kept as columns of nodes rather than as the package's objects: smaller, and read without it. A probability is the mean
 * over trees of the share that rose in the leaf. The package's own is a share of votes with an error in its first tree,
 * and its importance can be negative; neither is used.
 */
import { createSeededRandom } from '../../core/random.ts'

export interface Tree {
  /** Of each node: the feature it asks for, −1 for a leaf. Node 0 is the root. */
  feature: number[]
  /** Below it to `left`, else to `right`. 0 for a leaf. */
  threshold: number[]
  left: number[]
  right: number[]
  /** Of a leaf: share of its rows that rose. 0 elsewhere. */
  up: number[]
  /** Of a node that asks: by how much it lowered Gini impurity, times its rows. 0 for a leaf. */
  gain: number[]
}

export interface ForestModel {
  kind: 'forest'
  trees: Tree[]
}

export const TREES = 100
export const ROWS_PER_TREE = 256
const MAX_DEPTH = 5
/** A node of so many rows or fewer is a leaf. */
const LEAF_ROWS = 16
/** A split that gains less is none. */
const LEAST_GAIN = 1e-9

export interface GrowOptions {
  /** Of the whole forest. */
  seed: number
  /** The trees numbered `from` to before `to`. */
  from: number
  to: number
  /** Called after each with how many there are; what it throws ends it. */
  onTree(done: number): void
}

/** `rows` are scaled features. */
export async function growTrees(
  rows: readonly (readonly number[])[],
  rose: Uint8Array,
  { seed, from, to, onTree }: GrowOptions,
): Promise<Tree[]> {
  const { RandomForestClassifier } = await import('ml-random-forest')
  const maxFeatures = countFeatures(rows[0]!.length)
  const trees: Tree[] = []
  for (let tree = from; tree < to; tree++) {
    const random = createSeededRandom(`${seed}:tree:${tree}`)
    const drawn = Array.from({ length: Math.min(ROWS_PER_TREE, rows.length) }, () =>
      Math.floor(random() * rows.length),
    )
    const forest = new RandomForestClassifier({
      ...{ nEstimators: 1, seed: Math.floor(random() * 2 ** 31), maxFeatures, replacement: false },
      ...{ useSampleBagging: false, noOOB: true },
      treeOptions: { maxDepth: MAX_DEPTH, minNumSamples: LEAF_ROWS, gainThreshold: LEAST_GAIN },
    })
    forest.train(
      drawn.map((row) => rows[row] as number[]),
      drawn.map((row) => rose[row]!),
    )
    const { indexes, estimators } = JSON.parse(JSON.stringify(forest.toJSON().baseModel)) as GrownForest
    trees.push(flattenTree(estimators[0]!.root, indexes[0]!))
    onTree(trees.length)
  }
  return trees
}

/** A third of the features, at least two, are shown to a tree. */
function countFeatures(width: number): number {
  return Math.min(width, Math.max(2, Math.ceil(width / 3)))
}

/** As the package writes it. */
interface GrownForest {
  indexes: number[][]
  estimators: { root: GrownNode }[]
}

interface GrownNode {
  splitColumn?: number
  splitValue?: number
  gain?: number
  numberSamples?: number
  left?: GrownNode
  right?: GrownNode
  /** One row: share of each class, the last ones left out where they did not come about. */
  distribution?: number[][]
}

function flattenTree(root: GrownNode, features: readonly number[]): Tree {
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], up: [], gain: [] }
  add(root)
  return tree

  function add(node: GrownNode): number {
    const index = tree.feature.length
    const { left, right } = node
    const isLeaf = !left || !right
    tree.feature.push(isLeaf ? -1 : features[node.splitColumn!]!)
    tree.threshold.push(isLeaf ? 0 : node.splitValue!)
    // Added up row by row, so that it may end a rounding above 1.
    tree.up.push(isLeaf ? Math.min(1, node.distribution![0]![1] ?? 0) : 0)
    tree.gain.push(isLeaf ? 0 : node.gain! * node.numberSamples!)
    tree.left.push(0)
    tree.right.push(0)
    if (!isLeaf) {
      tree.left[index] = add(left)
      tree.right[index] = add(right)
    }
    return index
  }
}

/** Of scaled features. */
export function predictForest({ trees }: ForestModel, row: Float64Array): number {
  let sum = 0
  for (const { feature, threshold, left, right, up } of trees) {
    let node = 0
    while (feature[node]! >= 0) node = row[feature[node]!]! < threshold[node]! ? left[node]! : right[node]!
    sum += up[node]!
  }
  return sum / trees.length
}

/** How much each feature lowered Gini impurity, over all trees. */
export function weighForest({ trees }: ForestModel, width: number): number[] {
  const weights = new Array<number>(width).fill(0)
  for (const { feature, gain } of trees) {
    feature.forEach((column, node) => {
      if (column >= 0) weights[column]! += gain[node]!
    })
  }
  return weights
}
