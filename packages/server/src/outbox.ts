/** How one-time texts leave. A bank plugs its SMS sender in here. */
export interface Outbox {
  /** Resolves when the sender took it over. The text is a secret: it is never logged. */
  send(message: OutboxMessage): Promise<void>
}
export type OutboxMessage = { to: string; text: string }
