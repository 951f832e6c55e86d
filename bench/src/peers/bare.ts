/** Bare undici proxy, no checks: the yardstick every ratio starts from. */

import { createServer } from 'node:http'
import { serveParent } from '../child.ts'
import { createForward } from '../forward.ts'
import { listen } from '../listen.ts'
import type { ServerInput } from './input.ts'

serveParent((input) => {
  const { backendPort } = input as ServerInput
  return listen(createServer(createForward(backendPort)))
})
