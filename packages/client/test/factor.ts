/** Phones with a passcode, and everything that can be lost on the way. */
import type { Session } from '../src/app-session.ts'
import type { Client, ClientOptions } from '../src/client.ts'
import type { VirtualPhone } from '../src/platforms/testing/phone.ts'
import { createWorld, enrolled, type Unlocked, type World, type WorldOptions } from './rig.ts'

export const passcode = '739264'
export const otherPasscode = '482915'
export const wrongPasscode = '618350'

export type SecuredOptions = WorldOptions & {
  readonly client?: Partial<ClientOptions>
  readonly hardware?: boolean
}

/** A device whose first session has just set its passcode; the vault holds a word. */
export async function secured({
  client: given,
  hardware = true,
  ...options
}: SecuredOptions = {}): Promise<Unlocked> {
  const world = await createWorld(options)
  const phone = world.phone({ hardware })
  const client = await enrolled(world, phone, undefined, given)
  const session = await client.unlock()
  await session.setPasscode(passcode)
  await session.vault.preferences.set('word', 'hidden')
  return { world, phone, client, session }
}

/** What the vault of this session says. */
export async function word(session: Session): Promise<unknown> {
  return session.vault.preferences.get('word')
}

/** The process ends and starts again: memory is gone, the disk is as it is. */
export async function restart(
  { world, phone, client }: Pick<Unlocked, 'world' | 'phone' | 'client'>,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  await client.lock()
  phone.restart()
  return world.client(phone, options)
}

/** From a step on nothing works any more, as if the phone were off. `count`: of the steps that may fail so. */
type Fault = {
  readonly count: (phone: VirtualPhone) => number
  readonly strike: (phone: VirtualPhone, step: number) => void
}
const forever = Number.POSITIVE_INFINITY
const sent = ({ network }: VirtualPhone): number => network.exchanges.length
const faults: Readonly<Record<string, Fault>> = {
  'the disk is full': {
    count: ({ storage }) => storage.writes,
    strike: ({ storage }, step) => storage.failWrites(forever, step),
  },
  'requests are lost': {
    count: sent,
    strike: ({ network }, step) => network.dropRequest(forever, from(step)),
  },
  'answers are lost': {
    count: sent,
    strike: ({ network }, step) => network.loseAnswer(forever, from(step)),
  },
}
export const faultNames: readonly string[] = Object.keys(faults)

/** True from the so many-eth request on; repeats of a request are requests of their own. */
function from(step: number): () => boolean {
  let seen = 0
  return () => ++seen > step
}

/** How many steps of an act may fail so. */
export async function stepsOf(
  phone: VirtualPhone,
  fault: string,
  act: () => Promise<unknown>,
): Promise<number> {
  const count = (): number => faults[fault]?.count(phone) ?? 0
  const before = count()
  await act()
  return count() - before
}

export function breakAt(phone: VirtualPhone, fault: string, step: number): void {
  faults[fault]?.strike(phone, step)
}

export function repair(phone: VirtualPhone): void {
  phone.storage.failWrites(0)
  phone.network.calm()
}

/** Time for limits by the minute to pass. */
export function wait(world: World): void {
  world.advance(61_000)
}
