/** The gateway on the memory store, in a process that can put devices into that store; its configuration is a file, as ever. */

import { loadConfig, startGateway } from '@holdfast/gateway'
import { serveParent } from '../child.ts'
import { populate } from '../population.ts'
import type { GatewayInput, SignedReady } from './input.ts'

serveParent(async (message): Promise<SignedReady> => {
  const { configFile, devices, sessions } = message as GatewayInput
  const { port, service } = await startGateway(loadConfig(configFile), { admin: false })
  const { origin } = service.server
  const signers = await populate({
    store: service.stores.store,
    keys: service.keys,
    origin,
    devices,
    sessions,
  })
  return { port, origin, signers }
})
