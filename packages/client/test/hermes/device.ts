/** A phone in memory that runs on Node and in the bare VM alike: everything on the portable provider, and nothing left to chance. */
import { HoldfastError, type KeyPair, thumbprint, utf8 } from '@holdfast/core'
import { nobleCrypto } from '@holdfast/core/noble-crypto'
import { streamedResponse } from '../../src/platforms/react-native/response.ts'
import { virtualFiles } from '../../src/platforms/testing/files.ts'
import { virtualFinger } from '../../src/platforms/testing/presence.ts'
import { virtualSecrets } from '../../src/platforms/testing/secrets.ts'
import { virtualStorage } from '../../src/platforms/testing/storage.ts'
import type { Clock, Keystore, Network, Platform, StoredKey } from '../../src/ports.ts'
import { createTurns } from '../../src/turns.ts'
import { countedOctets } from './octets.ts'

/** As the world of rig.ts has it. */
const moment = 1_790_000_000_000

const clock: Clock = {
  now: () => moment,
  monotonic: () => 0,
  sleep: async () => undefined,
  alarm: () => () => undefined,
}

export function device(network: Network): Platform {
  const crypto = nobleCrypto({ random: countedOctets(utf8('device')) })
  return {
    name: 'testing',
    crypto,
    keystore: keystore(crypto),
    storage: virtualStorage(),
    secrets: virtualSecrets(),
    files: virtualFiles(),
    sql: null,
    // Quick, and no Argon2id: how long that takes is not what is looked at.
    stretch: async (password, salt, { length }) => crypto.hkdfSha256(password, salt, utf8('stretch'), length),
    presence: virtualFinger(crypto),
    network,
    clock,
    exclusive: createTurns(),
    tls: { pins: false, identity: false },
    response: streamedResponse,
  }
}

function keystore(crypto: ReturnType<typeof nobleCrypto>): Keystore {
  const pairs = new Map<string, KeyPair>()
  const stored = async ({ publicJwk }: KeyPair): Promise<StoredKey> => ({
    publicJwk,
    thumbprint: await thumbprint(publicJwk, crypto),
  })
  return {
    async create(label) {
      const pair = crypto.generateKeyPair()
      pairs.set(label, pair)
      return stored(pair)
    },
    async find(label) {
      const pair = pairs.get(label)
      return pair === undefined ? null : stored(pair)
    },
    async sign(label, data) {
      const pair = pairs.get(label)
      if (pair === undefined) throw new HoldfastError('key_missing')
      return crypto.sign(pair.privateKey, data)
    },
    async remove(label) {
      pairs.delete(label)
    },
  }
}
