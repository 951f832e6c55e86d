/** express 5 ships no types; this is what the bench uses of it. */
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export type Request = IncomingMessage
  export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  export type ErrorHandler = (
    error: { status?: number },
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ) => void
  export interface Application {
    (request: IncomingMessage, response: ServerResponse): void
    use(handler: Handler | ErrorHandler): void
    disable(setting: string): void
  }
  export default function express(): Application
}
