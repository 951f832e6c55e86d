/** The open connections and the answers under way on each, so that none is cut off and none is answered twice. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Connections {
  add(socket: Duplex): void
  /** Follows an answer to its end. False, and nothing followed, when the connection ends before that answer. */
  begin(socket: Duplex, response: ServerResponse): boolean
  /** Answers under way, in the order of their requests. */
  answers(socket: Duplex): readonly ServerResponse[]
  /** From now on each connection ends after the answers under way on it. */
  drain(): void
  /** Ends all; `cut` is called when some do not follow in time. */
  close(options: { readonly graceMs: number; readonly cut: () => void }): Promise<void>
}

/** Requests taken from a connection before the first of them is answered; whoever sends more may send those again. */
const maxPipelined = 8

type Connection = { readonly answers: Set<ServerResponse>; ending: boolean }

export function createConnections(): Connections {
  const open = new Map<Duplex, Connection>()
  let draining = false

  function add(socket: Duplex): Connection {
    const connection: Connection = { answers: new Set(), ending: false }
    open.set(socket, connection)
    socket.once('close', () => {
      open.delete(socket)
      for (const response of connection.answers) closeQueued(response)
    })
    return connection
  }

  return {
    add,
    begin(socket: Duplex, response: ServerResponse): boolean {
      const connection = open.get(socket) ?? add(socket)
      const { answers } = connection
      for (const earlier of answers) if (!earlier.shouldKeepAlive) connection.ending = true
      if (answers.size >= maxPipelined) connection.ending = true
      if (connection.ending) return false
      answers.add(response)
      if (draining) response.shouldKeepAlive = false
      response.once('close', () => {
        answers.delete(response)
        // Its head may have promised to keep the connection before draining began.
        if ((draining || connection.ending) && answers.size === 0) endSoon(socket)
      })
      return true
    },
    answers: (socket: Duplex): readonly ServerResponse[] => [...(open.get(socket)?.answers ?? [])],
    drain(): void {
      draining = true
      for (const [socket, { answers }] of open) {
        if (answers.size === 0) endSoon(socket)
        for (const answer of answers) if (!answer.headersSent) answer.shouldKeepAlive = false
      }
    },
    async close({ graceMs, cut }: { readonly graceMs: number; readonly cut: () => void }): Promise<void> {
      const sockets = [...open.keys()]
      const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      for (const socket of sockets) endSoon(socket)
      const timer = setTimeout(cut, graceMs)
      await Promise.all(closed)
      clearTimeout(timer)
    },
  }
}

/** After everything written so far has left. */
function endSoon(socket: Duplex): void {
  ;(socket as Socket).destroySoon()
}

/**
 * Before Node 26 nothing is said to an answer that waits behind another when their connection ends: nobody would hear that its client
 * left, and its request would count as under way for ever.
 */
function closeQueued(response: ServerResponse): void {
  if (response.socket !== null || response.writableFinished) return
  response.destroy()
  response.emit('close')
}
