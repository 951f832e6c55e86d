import type { Device } from '@holdfast/client'

const kinds = ['web', 'node', 'android', 'ios', 'testing'] as const

/** `other`: what a later version of the service may name. */
export function kindOf({ platform }: Device): (typeof kinds)[number] | 'other' {
  return kinds.find((kind) => kind === platform) ?? 'other'
}

/** Within its first day, in which the bank keeps limits low (docs/protocol.md 14.3). */
export function isNew({ created }: Device): boolean {
  return Date.now() / 1000 - created < 86_400
}
