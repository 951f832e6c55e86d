/** The gateway on the memory store, in a process that can put devices into that store; its configuration is a file, as ever. */

import { loadConfig, startGateway } from '@holdfast/gateway'
import { serveParent } from '../child.ts'
import { populate } from '../population.ts'
import type { GatewayInput, GatewayReady } from './input.ts'

serveParent(async (message): Promise<GatewayReady> => {
  const { configFile, devices, sessions } = message as GatewayInput
  const { port, mutualPort, service } = await startGateway(loadConfig(configFile), { admin: false })
  if (mutualPort !== null) await service.keys.rotate('ca')
  const { origin } = service.server
  const signers = await populate({
    store: service.stores.store,
    keys: service.keys,
    origin,
    devices,
    sessions,
  })
  return { port, mutualPort, origin, signers }
})
