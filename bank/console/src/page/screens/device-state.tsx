/** How a device stands, in a word and in a sentence, and when it was last heard of. */
import type { ReactNode } from 'react'
import type { AuditEntry, Device } from '../api/shapes.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { dateTime } from '../parts/format.ts'
import { words } from '../words.ts'

type State = { readonly tone: Tone; readonly word: string; readonly text: string | null }

export function stateOf({ revoked, suspended, coolingUntil }: Device, now: number): State {
  const { removed, removedAt, suspensions, suspended: word, cooling, inUse } = words.devices
  if (revoked !== null) return { tone: 'plain', word: removed, text: removedAt(dateTime(revoked * 1000)) }
  if (suspended !== null) return { tone: 'bad', word, text: suspensions[suspended] ?? suspended }
  if (coolingUntil * 1000 > now) {
    const text = words.devices.coolingUntil(dateTime(coolingUntil * 1000))
    return { tone: 'warn', word: cooling, text }
  }
  return { tone: 'good', word: inUse, text: null }
}

export function DeviceChip({ device, now }: { device: Device; now: number }): ReactNode {
  const { tone, word } = stateOf(device, now)
  return <Chip tone={tone}>{word}</Chip>
}

/** By device id: the newest entry the device itself caused. `audit` is newest first. */
export function lastSeen(audit: readonly AuditEntry[]): ReadonlyMap<string, number> {
  const seen = new Map<string, number>()
  for (const { actor, device, atMs } of audit)
    if (actor === device && device !== null && !seen.has(device)) seen.set(device, atMs)
  return seen
}
