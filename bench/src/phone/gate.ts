/** Holds phones up before each message of a login, so that the service gets all of them at once and nothing else runs while it answers. */

import type { PhoneService } from './service.ts'
import type { Times } from './times.ts'

/** In the order in which they come. */
export const messages = ['first message', 'last message', 'token'] as const
export type Counting = Readonly<Record<(typeof messages)[number], Times>>

export interface Gate {
  handle(request: Request): Promise<Response>
  /** From now on requests wait until there is one of each phone. */
  close(counting: Counting): void
}

interface Waiting {
  readonly request: Request
  readonly resolve: (answer: Response) => void
  readonly reject: (error: unknown) => void
}

export function createGate(service: PhoneService, phones: number): Gate {
  let counting: Counting | undefined
  let waiting: Waiting[] = []
  let passed = 0

  async function open(times: Counting): Promise<void> {
    const all = waiting
    waiting = []
    const message = messages[passed++ % messages.length]
    const before = performance.now()
    const answers = await Promise.allSettled(all.map(({ request }) => service.handle(request)))
    if (message !== undefined) times[message].add(performance.now() - before, phones)
    // Only now: what phones do with an answer must not be counted.
    answers.forEach((answer, i) =>
      answer.status === 'fulfilled' ? all[i]?.resolve(answer.value) : all[i]?.reject(answer.reason),
    )
  }

  return {
    close(times) {
      counting = times
      waiting = []
      passed = 0
    },
    handle(request) {
      const times = counting
      if (times === undefined) return service.handle(request)
      return new Promise((resolve, reject) => {
        waiting.push({ request, resolve, reject })
        if (waiting.length === phones) void open(times)
      })
    },
  }
}
