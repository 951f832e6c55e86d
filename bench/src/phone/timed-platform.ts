/** A platform that writes down when its network, its stretching and its presence keys were at work. Runs in a page too. */

import type { Network, Platform } from '@holdfast/client'

type Around = <Given extends unknown[], Result>(
  port: (...given: Given) => Promise<Result>,
) => (...given: Given) => Promise<Result>
type Presence = NonNullable<Platform['presence']>

export interface TimedPlatform {
  readonly platform: Platform
  /** When each was called and when it was done, in milliseconds, since this was last asked. */
  marks(): number[]
}

export function timedPlatform(platform: Platform): TimedPlatform {
  let marks: number[] = []
  const around: Around =
    (port) =>
    async (...given) => {
      marks.push(performance.now())
      try {
        return await port(...given)
      } finally {
        marks.push(performance.now())
      }
    }
  const { network, stretch, presence } = platform
  return {
    platform: {
      ...platform,
      network: around(whole(network)),
      stretch: stretch === null ? null : around(stretch),
      presence: presence === null ? null : proving(presence, around),
    },
    marks() {
      const taken = marks
      marks = []
      return taken
    },
  }
}

/** An answer is there when all of it is: its way is not the phone's work. */
function whole(network: Network): Network {
  return async (request) => {
    const answer = await network(request)
    const bytes = new Uint8Array(await new Response(answer.body as never).arrayBuffer())
    const body = new ReadableStream<Uint8Array>({
      start(controller): void {
        controller.enqueue(bytes)
        controller.close()
      },
    })
    return { ...answer, body }
  }
}

/** Its other acts are not timed. */
function proving(presence: Presence, around: Around): Presence {
  return {
    kind: presence.kind,
    available: () => presence.available(),
    create: (label, input) => presence.create(label, input),
    prove: around((label, input) => presence.prove(label, input)),
    secret: (label) => presence.secret(label),
    remove: (label) => presence.remove(label),
  }
}
