/** The open connections and the answers under way on each, so that none is cut off and none is answered twice. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Connections {
  add(socket: Duplex): void
  /** Follows an answer to its end. */
  begin(socket: Duplex, response: ServerResponse): void
  /** Answers under way, in the order of their requests. */
  answers(socket: Duplex): readonly ServerResponse[]
  /** From now on each connection ends after the answers under way on it. */
  drain(): void
  /** Ends all; `cut` is called when some do not follow in time. */
  close(options: { readonly graceMs: number; readonly cut: () => void }): Promise<void>
}

export function createConnections(): Connections {
  const open = new Map<Duplex, Set<ServerResponse>>()
  let draining = false

  function add(socket: Duplex): Set<ServerResponse> {
    const answers = new Set<ServerResponse>()
    open.set(socket, answers)
    socket.once('close', () => open.delete(socket))
    return answers
  }

  return {
    add,
    begin(socket: Duplex, response: ServerResponse): void {
      const answers = open.get(socket) ?? add(socket)
      answers.add(response)
      if (draining) response.shouldKeepAlive = false
      response.once('close', () => {
        answers.delete(response)
        // Its head may have promised to keep the connection before draining began.
        if (draining && answers.size === 0) endSoon(socket)
      })
    },
    answers: (socket: Duplex): readonly ServerResponse[] => [...(open.get(socket) ?? [])],
    drain(): void {
      draining = true
      for (const [socket, answers] of open) {
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
