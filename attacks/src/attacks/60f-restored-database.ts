/** A phone was wiped from afar. Then the operator's database is put back to yesterday, when it was not. */
import type { DurableStore } from '@holdfast/server'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { withService } from '../own-service.ts'
import { enrolWithPasscode, guess } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '60f-restored-database',
  title: 'Open a wiped phone after the database was put back',
  power: 'holds the phone and its passcode, and has the operator restore an old backup',
  gain: 'the vault that was wiped',
  requirement: 'K4',
  section: '13.5',
  expect: 'share_unavailable',
  weaken: {
    file: 'server/wipe-memory.js',
    text: 'const { due } = await compare();',
    instead: 'const due = false;',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    return withService(target, async (service) => {
      const { phone, way } = await enrolWithPasscode(service)
      const yesterday = service.store
      // Today's database has counted one wipe more; the service remembers that, and yesterday's does not know of it.
      const today: DurableStore = { ...yesterday, wipeCount: async () => (await yesterday.wipeCount()) + 1 }
      await service.over(today)
      const restored = await service.over(yesterday)
      const { request } = await guess(restored, phone.deviceKey, way)
      const answer = await restored.send(request)
      return verdict(answer, answer.status === 200 && 'shares of yesterday are given out again')
    })
  },
}
