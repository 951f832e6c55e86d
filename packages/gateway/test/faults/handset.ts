/** A user with a phone, led to whichever node the test says. */
import { HoldfastError } from '@holdfast/core'
import { type Client, createClient, type Network, type Session } from '@holdfast/client'
import { nodeNetwork } from '@holdfast/client/node'
import { type VirtualPhone, virtualPhone } from '@holdfast/client/testing'
import { type Node, origin } from './node.ts'
import type { Scene } from './scene.ts'

export type Handset = {
  readonly user: string
  readonly sendTo: string
  readonly phone: VirtualPhone
  /** The app started anew: it knows what it stored, and nothing else. */
  app(): Client
  /** Confirms or begins whatever is missing until the device is bound; the code is used again where none was lost. */
  bind(code: string): Promise<'resumed' | 'begun again'>
  /** The whole enrolment with a new code. */
  enrol(): Promise<void>
  /** From now on requests go to this node. */
  lead(node: Node): void
}

/** Sends to the node what was signed for the origin. */
function dial(node: () => Node): Network {
  return (request) =>
    nodeNetwork({
      ...request,
      url: request.url.replace(origin, `http://127.0.0.1:${node().port()}`),
      fields: [...request.fields, ['host', new URL(origin).host]],
    })
}

let users = 0

/** `sleep`: how this phone waits between its tries; it does not, unless told. */
export function newHandset(
  first: Node,
  scene: Scene,
  { user, sleep }: { user?: string; sleep?: (ms: number) => Promise<void> } = {},
): Handset {
  const number = ++users
  const sendTo = `+1555${String(number).padStart(7, '0')}`
  const name = user ?? `user-${number}`
  let node = first
  const phone = virtualPhone({ network: dial(() => node), ...(sleep === undefined ? {} : { sleep }) })
  const app = (): Client => createClient({ origin, trust: [...node.pins()], platform: phone.platform })

  async function begin(client: Client, code: string): Promise<void> {
    const pending = await client.enrol({ activationCode: code, deviceName: 'Test phone' })
    await pending.confirm(scene.digits(sendTo))
  }

  async function bind(code: string): Promise<'resumed' | 'begun again'> {
    const client = app()
    if ((await client.status()) !== 'new') {
      const resumed = await client.resumeEnrolment().catch((error: unknown) => {
        // The challenge was used, the code was not.
        if (codeOf(error) === 'activation_refused') return null
        throw error
      })
      if (resumed?.phase === 'enrolling') await resumed.confirm(scene.digits(sendTo))
      if (resumed !== null) return 'resumed'
    }
    await begin(client, code)
    return 'begun again'
  }

  return {
    user: name,
    sendTo,
    phone,
    app,
    bind,
    async enrol(): Promise<void> {
      await begin(app(), await activate(node, { user: name, sendTo }))
    },
    lead(next: Node): void {
      node = next
    },
  }
}

export async function activate(
  node: Node,
  { user, sendTo }: { user: string; sendTo: string },
): Promise<string> {
  return (await node.admin('POST', '/admin/activations', { user, send_to: sendTo }))['code'] as string
}

export type AdminDevice = { readonly id: string; readonly revoked: number | null }

export async function devicesOf(node: Node, user: string): Promise<AdminDevice[]> {
  return (await node.admin('GET', `/admin/devices?user=${user}`))['devices'] as AdminDevice[]
}

/** The code of a refusal, whether the service signed it or not; anything else as it is. */
export function codeOf(error: unknown): unknown {
  if (!(error instanceof HoldfastError)) return error
  return error.code === 'unverified_refusal' && error.cause instanceof HoldfastError
    ? error.cause.code
    : error.code
}

/** What became of an act: `done`, or the code of its refusal. */
export function outcomeOf(act: Promise<unknown>): Promise<unknown> {
  return act.then(() => 'done', codeOf)
}

/** One more rotation of the refresh token: a refusal nobody signed makes a phone refresh once, and no more. */
export async function refresh({ phone }: Handset, session: Session): Promise<Response> {
  const path = '/renewed'
  const forged = [['holdfast-error', 'token_expired']] as const
  phone.network.forge(({ url }) => url.endsWith(path), { status: 401, fields: forged, body: '' }, 1)
  return session.fetch(path)
}
