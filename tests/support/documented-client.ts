/* eslint-disable @typescript-eslint/no-explicit-any -- it reads JSON as anybody would, without knowing its types */
/**
 * A client of `/ws?run_id=` made from docs/websocket.md and nothing else: its rules are numbered there. It reads the
 * server's JSON as anybody would, without a type of the product's, and asks REST for old log entries. `tick` is what a
 * program would do every 15 seconds.
 */

interface Node {
  id: string
  children: Node[]
  [field: string]: unknown
}

interface Entry {
  seq: number
  [field: string]: unknown
}

/** As much of a WebSocket as it needs. */
export interface Link {
  send(text: string): void
  close(): void
}

export interface DocumentedClient {
  /** To be called with each message that comes, of a link opened by `connected`. */
  receive(text: string): void
  /** A new connection stands. */
  connected(link: Link): void
  /** Looks whether anything is missing, and asks again for what has not come. */
  tick(): void
  /** Resolves when no question to REST is open. */
  idle(): Promise<void>
  readonly boot: string | null
  readonly status: string | null
  readonly progress: number | null
  readonly progressMessage: string | null
  readonly tree: Node[]
  readonly content: Record<string, string>
  readonly log: Entry[]
  readonly decision: unknown
  /** What it has asked for, by action. */
  readonly asked: string[]
}

const OVER = ['completed', 'error', 'canceled']

export interface DocumentedClientOptions {
  /** Of the desk, for REST. */
  url: string
  runId: string
}

export function createDocumentedClient({ url, runId }: DocumentedClientOptions): DocumentedClient {
  let link: Link | null = null
  let boot: string | null = null
  let status: string | null = null
  let progress: number | null = null
  let progressMessage: string | null = null
  let tree: Node[] = []
  /** Null while it holds no tree. */
  let statusSeq: number | null = null
  let content: Record<string, string> = {}
  let contentSeq: number | null = null
  let log: Entry[] = []
  let logSeq = 0
  let epoch = -1
  let hasLog = false
  let decision: unknown = undefined
  let isEndKnown = false
  let wantsSnapshot = false
  let wantsLog = false
  let reading: Promise<void> = Promise.resolve()
  let logTurn = 0
  const asked: string[] = []

  function ask(action: string): void {
    asked.push(action)
    link?.send(JSON.stringify({ action }))
  }

  function resync(): void {
    if (!wantsSnapshot) ask('resync')
    wantsSnapshot = true
  }

  function dumpLog(): void {
    if (!wantsLog) ask('log_dump')
    wantsLog = true
  }

  function startOver(newBoot: string): void {
    boot = newBoot
    status = progressMessage = progress = null
    tree = []
    content = {}
    log = []
    logSeq = 0
    statusSeq = contentSeq = null
    epoch = -1
    hasLog = false
    decision = undefined
    isEndKnown = false
  }

  // Rule 1.
  function onInit(message: any): void {
    if (message.boot !== boot) startOver(message.boot)
    takeStatus(message)
    tree = message.execution_tree
    statusSeq = message.seqs.status
    wantsSnapshot = wantsLog = false
    hasLog = message.log_stream
    if (message.seqs.content === 0) {
      content = {}
      contentSeq = 0
    } else if (message.seqs.content !== contentSeq) resync()
    if (hasLog) dumpLog()
  }

  function takeStatus(message: any): void {
    // Late.
    if (OVER.includes(status ?? '') && !OVER.includes(message.status)) return
    status = message.status
    progress = message.overall_progress
    if (message.progress_message !== undefined) progressMessage = message.progress_message
  }

  function onStatusUpdate(message: any): void {
    takeStatus(message)
    if (message.final_decision === undefined) return
    decision = message.final_decision
    isEndKnown = true
    ask('ping')
  }

  // Rule 2.
  function onStatusPatch(message: any): void {
    if (statusSeq === null || message.seq <= statusSeq || wantsSnapshot) return
    if (message.seq > statusSeq + 1) return resync()
    statusSeq = message.seq
    for (const { id, parent_id: parentId, ...facts } of message.nodes) {
      if (parentId === undefined) Object.assign(find(tree, id)!, facts)
      else (parentId === null ? tree : find(tree, parentId)!.children).push({ id, ...facts, children: [] })
    }
  }

  function onContentPatch(message: any): void {
    if (contentSeq === null || message.seq <= contentSeq || wantsSnapshot) return
    if (message.seq > contentSeq + 1) return resync()
    contentSeq = message.seq
    const before = message.op === 'append' ? (content[message.node_id] ?? '') : ''
    content[message.node_id] = before + message.text
  }

  // Rule 3.
  function onLogAppend(message: any): void {
    if (wantsLog) return
    const added = (message.entries as Entry[]).filter((entry) => entry.seq > logSeq)
    if (added.length === 0) return
    const after = message.after_seq ?? added[0]!.seq - 1
    if (after > logSeq) return dumpLog()
    log.push(...added)
    logSeq = message.seq
  }

  // Rule 4.
  function onSnapshot(message: any): void {
    if (message.boot !== boot) startOver(message.boot)
    if (message.seqs.status < (statusSeq ?? 0) || message.seqs.content < (contentSeq ?? 0)) return
    takeStatus(message)
    tree = message.execution_tree
    content = message.content
    statusSeq = message.seqs.status
    contentSeq = message.seqs.content
    wantsSnapshot = false
    if (!OVER.includes(message.status)) return
    decision = message.final_decision ?? null
    isEndKnown = true
  }

  function onLogSnapshot(message: any): void {
    if (message.seq < logSeq || message.epoch < epoch) return
    log = message.entries
    logSeq = message.seq
    epoch = message.epoch
    wantsLog = false
    const first = log[0]?.seq ?? logSeq + 1
    const turn = ++logTurn
    if (first > 1) reading = reading.then(() => readOlder(first, turn))
  }

  /** Entries below `first`, which no snapshot has any more. */
  async function readOlder(first: number, turn: number): Promise<void> {
    const older: Entry[] = []
    for (let after = 0; turn === logTurn;) {
      const path = `/runs/${encodeURIComponent(runId)}/logs?after_seq=${after}&limit=5000`
      const answer = await fetch(url + path, { headers: { Accept: 'application/json' } })
      const page = (await answer.json()) as { entries: Entry[]; next_after_seq: number }
      older.push(...page.entries.filter((entry) => entry.seq < first))
      if (page.entries.length === 0 || page.next_after_seq >= first - 1) break
      after = page.next_after_seq
    }
    if (turn === logTurn) log = [...older, ...log]
  }

  // Rule 6.
  function onPong(message: any): void {
    // Rule 5: `init_run` never came.
    if (message.boot !== boot) {
      startOver(message.boot)
      hasLog = message.seqs.log > 0
      wantsSnapshot = wantsLog = false
    }
    takeStatus(message)
    const isBehind = message.seqs.status > (statusSeq ?? -1) || message.seqs.content > (contentSeq ?? -1)
    if (isBehind || (OVER.includes(message.status) && !isEndKnown)) resync()
    if (hasLog && (message.seqs.log > logSeq || message.log_epoch !== epoch)) dumpLog()
  }

  return {
    connected(opened) {
      link = opened
      wantsSnapshot = wantsLog = false
    },
    receive(text) {
      const message = JSON.parse(text)
      switch (message.type) {
        case 'init_run':
          return onInit(message)
        case 'status_update_run':
          return onStatusUpdate(message)
        case 'status_patch_run':
          return onStatusPatch(message)
        case 'content_patch_run':
          return onContentPatch(message)
        case 'log_append_run':
          return onLogAppend(message)
        case 'log_snapshot_run':
          return onLogSnapshot(message)
        case 'run_snapshot':
          return onSnapshot(message)
        case 'pong':
          return onPong(message)
      }
    },
    tick() {
      if (wantsSnapshot) ask('resync')
      if (wantsLog) ask('log_dump')
      ask('ping')
    },
    idle: () => reading,
    get boot() {
      return boot
    },
    get status() {
      return status
    },
    get progress() {
      return progress
    },
    get progressMessage() {
      return progressMessage
    },
    get tree() {
      return tree
    },
    get content() {
      return content
    },
    get log() {
      return log
    },
    get decision() {
      return decision
    },
    asked,
  }
}

function find(nodes: Node[], id: string): Node | null {
  for (const node of nodes) {
    const found = node.id === id ? node : find(node.children, id)
    if (found) return found
  }
  return null
}
