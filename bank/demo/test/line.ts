/** Somebody who ends TLS between an app and the gateway: he reads, changes, keeps and answers whatever he likes. */
import type { APIResponse, BrowserContext, Route } from 'playwright-core'

export type Message = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}
export type Meddler = (message: Message, hands: MeddlersHands) => Promise<void>
export type MeddlersHands = {
  /** To the gateway, changed or as it is. The app hears nothing of it yet. */
  deliver(changed?: Partial<Pick<Message, 'headers' | 'body'>>): Promise<APIResponse>
  /** What the app hears: this, or nothing. */
  answer(answer: MadeUp | APIResponse | null): Promise<void>
}
export type MadeUp = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string
}
/** With what became of it. */
export type Passed = Message & { readonly answer: Buffer | null }

export type Line = {
  /** What asked the service for something, in order. */
  readonly passed: Passed[]
  /** Does as he likes from now on; null: everything arrives. */
  meddle(meddler: Meddler | null): void
}

const arrives: Meddler = async (_, { deliver, answer }) => answer(await deliver())

function isMadeUp(answer: MadeUp | APIResponse): answer is MadeUp {
  return typeof answer.status === 'number'
}

export async function openLine(context: BrowserContext, origin: string): Promise<Line> {
  const passed: Passed[] = []
  let meddler = arrives

  async function handle(route: Route): Promise<void> {
    const request = route.request()
    const headers = await request.allHeaders()
    const message = {
      method: request.method(),
      url: request.url(),
      headers,
      body: request.postDataBuffer() ?? Buffer.alloc(0),
    }
    await meddler(message, {
      deliver: ({ headers: others = headers, body = message.body } = {}) =>
        route.fetch({ headers: { ...others }, postData: body }),
      async answer(answer): Promise<void> {
        if (answer === null) {
          passed.push({ ...message, answer: null })
          return route.abort('connectionreset')
        }
        if (!isMadeUp(answer)) {
          passed.push({ ...message, answer: await answer.body() })
          return route.fulfill({ response: answer })
        }
        const allowed = {
          'access-control-allow-origin': headers['origin'] ?? '',
          'access-control-expose-headers': '*',
        }
        return route.fulfill({ ...answer, headers: { ...answer.headers, ...allowed } })
      },
    })
  }
  await context.route(`${origin}/**`, (route) =>
    route.request().method() === 'POST' ? handle(route) : route.continue(),
  )
  return {
    passed,
    meddle(next): void {
      meddler = next ?? arrives
    },
  }
}
