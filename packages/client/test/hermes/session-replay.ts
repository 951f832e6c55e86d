import { given } from './data.ts'
import { type Exchange, replaying } from './exchanges.ts'
import { type Given, session } from './session.ts'

type Recording = Given & { readonly digits: string; readonly exchanges: readonly Exchange[] }
declare const print: (line: string) => void

const { exchanges, digits, ...setting } = given.recording as Recording
const line = replaying(exchanges)
session(setting, line.network, () => digits).then(
  (seen) => print(JSON.stringify({ seen, left: line.left() })),
  (error: unknown) => {
    const { message, stack, cause } = error as Error
    print(JSON.stringify({ failed: [message, String(cause), stack] }))
  },
)
