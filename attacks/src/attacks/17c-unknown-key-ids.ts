/** Sealed messages cost nothing to make up. Each names a key nobody knows, and each sends the service to its database. */
import { isErrorCode } from '@holdfast/core'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { startLibrary } from '../library.ts'
import type { Target } from '../target.ts'

const messages = 200
/** Looks they all share, and what the node asks by itself meanwhile. */
const fewQuestions = 20

export const attack: Attack = {
  id: '17c-unknown-key-ids',
  title: 'Send sealed messages to keys that do not exist',
  power: 'reaches the service, without any enrolment',
  gain: 'a database that is busy with nothing',
  requirement: 'T4',
  section: '8.5',
  expect: 'stale_sealing_key',
  weaken: {
    file: 'server/sealing-keys.js',
    text: 'waiting ??= sleep(impatientPollMs)',
    instead: 'waiting = sleep(impatientPollMs)',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const service = await startLibrary(target)
    try {
      const genuine = await service.seal('/accounts')
      const before = service.asked()
      const flood = Array.from({ length: messages }, (_, i) => {
        const unknown = (Number(genuine[0]) + i + 1) % 256
        return service.refusal(Uint8Array.of(unknown, ...genuine.subarray(1)))
      })
      const codes = new Set(await Promise.all(flood))
      const questions = service.asked() - before
      if (questions > fewQuestions) return succeeded(`${messages} messages cost ${questions} questions`)
      const [code] = codes
      if (codes.size !== 1 || !isErrorCode(code)) throw new Error(`the library said ${[...codes].join()}`)
      return repelled(code)
    } finally {
      await service.close()
    }
  },
}
