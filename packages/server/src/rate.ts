/** How often somebody nobody knows may ask (docs/protocol.md 4). Counted for all nodes together, in the short-lived store. */
import { isIPv6 } from 'node:net'
import { HoldfastError } from '@holdfast/core'
import type { Deployment } from './deployment.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

/** The groups before `::`, or all of them. */
function leadingGroups(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')]
}

/**
 * Whom a rate is counted for: an IPv4 address, or the /64 an IPv6 address lies in, since one customer has all of it and
 * could take another address for every request.
 */
export function networkOf(remote: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(remote)) return remote
  const [address = ''] = remote.toLowerCase().split('%')
  const full = [...leadingGroups(address), ...(address.split('::')[1]?.split(':') ?? [])]
  const network = full.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
  return `${network.join(':')}::/64`
}

/** Throws `rate_limited` once `limit` hits are used up in the minute that began with the first. */
export async function limitRate(
  name: string,
  remote: string,
  limit: number,
  { shortLived, clock }: Pick<Deployment, 'shortLived' | 'clock'>,
): Promise<void> {
  const hits = await shortLived.hit(`${name}:${networkOf(remote)}`, minuteMs, clock.now())
  if (hits > limit) throw new HoldfastError('rate_limited', { retryAfter: minuteMs / 1000 })
}

/** An unlock writes for ever (audit): a device that opens session after session is broken or malicious. */
export async function limitUnlocks(device: string, { shortLived, clock, policy }: Deployment): Promise<void> {
  const hits = await shortLived.hit(`unlock:${device}`, minuteMs, clock.now())
  if (hits > policy.session.unlocksPerMinute)
    throw new HoldfastError('rate_limited', { retryAfter: minuteMs / 1000 })
}

/** Counted apart from unlocks: an attempt key, which can be read from a disk, must not use those up. */
export async function limitPresences(
  device: string,
  { shortLived, clock, policy }: Deployment,
): Promise<void> {
  const hits = await shortLived.hit(`presence:${device}`, minuteMs, clock.now())
  if (hits > 2 * policy.session.unlocksPerMinute)
    throw new HoldfastError('rate_limited', { retryAfter: minuteMs / 1000 })
}

/** So is a passcode call, apart from those: locks bound the wrong ones, this the right ones. */
export async function limitPasscodes(
  device: string,
  { shortLived, clock, policy }: Deployment,
): Promise<void> {
  const hits = await shortLived.hit(`passcode:${device}`, minuteMs, clock.now())
  if (hits > policy.session.unlocksPerMinute)
    throw new HoldfastError('rate_limited', { retryAfter: minuteMs / 1000 })
}

/**
 * Challenges, what is said to be their evidence, and transfers the rules refuse: each is written down (audit), and each is counted apart, so
 * that who sends the one cannot keep its user from the other.
 */
export async function limitApprovals(
  device: string,
  of: 'asked' | 'proved' | 'refused',
  { shortLived, clock, policy }: Deployment,
): Promise<void> {
  const hits = await shortLived.hit(`approval-${of}:${device}`, minuteMs, clock.now())
  if (hits > policy.approval.perMinute)
    throw new HoldfastError('rate_limited', { retryAfter: minuteMs / 1000 })
}

/** Each certificate is written down for ever (audit) and lasts for days: who asks on and on is broken or malicious. */
export async function limitCertificates(
  device: string,
  { shortLived, clock, policy }: Deployment,
): Promise<void> {
  const hits = await shortLived.hit(`certificate:${device}`, hourMs, clock.now())
  if (hits > policy.certificate.perHour)
    throw new HoldfastError('rate_limited', { retryAfter: hourMs / 1000 })
}

/** A phone has something to tell when it was somewhere bad, and tells it once. */
const reportsPerHour = 12

export async function limitReports(device: string, { shortLived, clock }: Deployment): Promise<void> {
  const hits = await shortLived.hit(`reports:${device}`, hourMs, clock.now())
  if (hits > reportsPerHour) throw new HoldfastError('rate_limited', { retryAfter: hourMs / 1000 })
}

/** One count for the challenge, the enrolment and its confirmation: who enrols asks for each once. */
export function limitAnonymous(remote: string, deployment: Deployment): Promise<void> {
  return limitRate('anonymous', remote, deployment.policy.anonymousPerMinute, deployment)
}
