/** Sealed traffic was recorded. Hours later somebody takes the whole service: its keys, its database and its memory. */
import type { SealingKey } from '@holdfast/core'
import { openSealedRequest } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { refusalOf } from '../app.ts'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { startLibrary } from '../library.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '80a-later-thief',
  title: 'Open recorded sealed requests with everything the service holds later',
  power: 'recorded sealed requests, and took memory, key file and database hours later',
  gain: 'reads everything that was ever recorded',
  requirement: 'K6',
  section: '8.6',
  expect: 'harmless',
  weaken: { file: 'server/sealing-memory.js', text: 'now < key.endsMs', instead: 'true' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const service = await startLibrary(target)
    try {
      const recorded = await service.seal('/accounts')
      const opens = async (key: SealingKey): Promise<boolean> =>
        (await refusalOf(openSealedRequest(recorded, key, nodeCrypto))) === null
      const held = async (): Promise<boolean[]> => Promise.all([...service.memory.held.values()].map(opens))
      if (!(await held()).includes(true)) throw new Error('it does not even open while it is sent')
      service.advance(2 * service.rotateMs)
      await service.rotate()
      return harmless((await held()).includes(true) && 'its key is still in memory')
    } finally {
      await service.close()
    }
  },
}
