import { describe, expect, it } from 'vitest'
import { type Alarm, type Alarming, questionsOf } from './notices.ts'

/** Oldest first. */
function asked(
  ...events: ReadonlyArray<readonly [kind: Alarming, device: string]>
): Array<[Alarming, number]> {
  const unseen: Alarm[] = events.map(([kind, device], i) => ({
    id: i + 1,
    at: 1_790_000_000 + i,
    kind,
    device,
  }))
  return questionsOf(unseen.toReversed()).map(({ about, last }) => [about.kind, last.id])
}

describe('what a user is asked about', () => {
  it('is one thing for a phone that was set up', () => {
    expect(
      asked(['device.bound', 'Tablet'], ['passcode.registered', 'Tablet'], ['presence.registered', 'Tablet']),
    ).toEqual([['device.bound', 3]])
  })

  it('is another for what happened to it afterwards', () => {
    expect(
      asked(
        ['device.bound', 'Tablet'],
        ['passcode.registered', 'Tablet'],
        ['device.clone_suspected', 'Tablet'],
      ),
    ).toEqual([
      ['device.bound', 2],
      ['device.clone_suspected', 3],
    ])
  })

  it('is another for each phone, and for a passcode on one that was there', () => {
    expect(
      asked(['passcode.registered', 'Phone'], ['device.bound', 'Tablet'], ['presence.registered', 'Phone']),
    ).toEqual([
      ['passcode.registered', 1],
      ['device.bound', 2],
      ['presence.registered', 3],
    ])
  })

  it('is nothing when nothing is new', () => {
    expect(asked()).toEqual([])
  })
})
