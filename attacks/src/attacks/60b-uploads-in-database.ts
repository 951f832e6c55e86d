/**
 * With a passcode's upload and the service's OPRF seed a passcode is guessed at one's own pace. The seed is in the key file; the upload
 * is in the database, and there sealed: who got an old copy of the one has not got both.
 */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { withService } from '../own-service.ts'
import { registerPasscode, rightPasscode } from '../passcode.ts'
import { enrol, type World } from '../phone.ts'
import type { Target } from '../target.ts'

/** The member `upload` of what passes. */
function listening(world: World): { world: World; heard: string[] } {
  const heard: string[] = []
  const send: World['send'] = (request) => {
    const said = Buffer.from(request.body).toString()
    const upload = /"upload":"([^"]+)"/.exec(said)?.[1]
    if (upload !== undefined) heard.push(upload)
    return world.send(request)
  }
  return { world: { ...world, send }, heard }
}

export const attack: Attack = {
  id: '60b-uploads-in-database',
  title: 'Read what passcodes are checked with in the database',
  power: 'holds a copy of the database, not the key file',
  gain: 'half of what it takes to guess passcodes without anybody counting',
  requirement: 'K5',
  section: '11.5',
  expect: 'harmless',
  weaken: {
    file: 'server/passcode-upload.js',
    text: 'return keys.sealForGood(contextOf(place), utf8(upload));',
    instead: 'return upload;',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    return withService(target, async (service) => {
      const { world, heard } = listening(service)
      const { record } = await registerPasscode(world, await enrol(service), rightPasscode)
      const stolen = await service.store.findPasscode(record)
      if (stolen === null || heard.length !== 1) throw new Error('nothing was registered')
      return harmless(heard.includes(stolen.sealedUpload) && 'the upload is there to be read')
    })
  },
}
