/** An app in a browser, as small as it gets. */
import { createClient, type PendingEnrolment, type Session } from '@holdfast/client'
import { webPlatform } from '@holdfast/client/web'

type App = { readonly origin: string; readonly trust: readonly string[] }

const platform = webPlatform({ name: 'bank' })
let client: ReturnType<typeof createClient> | null = null
let pending: PendingEnrolment | null = null
let session: Session | null = null

function started<Value>(value: Value | null): Value {
  if (value === null) throw new TypeError('not yet')
  return value
}

export const api = {
  start: ({ origin, trust }: App): void => {
    client = createClient({ origin, trust, platform })
  },
  status: () => started(client).status(),
  async enrol(activationCode: string): Promise<string> {
    pending = await started(client).enrol({ activationCode, deviceName: 'A browser' })
    return pending.checkPhrase
  },
  confirm: (digits: string) => started(pending).confirm(digits),
  async unlock(passcode?: string): Promise<void> {
    session = await started(client).unlock(passcode === undefined ? {} : { passcode })
  },
  setPasscode: (passcode: string) => started(session).setPasscode(passcode),
  lock: () => started(client).lock(),
  async fetch(path: string, init: { method?: string; body?: string } = {}): Promise<string> {
    return (await started(session).fetch(path, init)).text()
  },
}
