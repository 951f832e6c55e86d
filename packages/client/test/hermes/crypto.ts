/** The portable provider in the place of Node's and the web's, whose octets here are counted and so anything but random. */
import { utf8 } from '../../../core/src/bytes.ts'
import { nobleCrypto } from '../../../core/src/crypto/noble.ts'
import type { SyncCryptoPort } from '../../../core/src/crypto/port.ts'
import { countedOctets } from './octets.ts'

export { toDer } from '../../../core/src/crypto/ecdsa.ts'

export const nodeCrypto: SyncCryptoPort = nobleCrypto({ random: countedOctets(utf8('suites')) })
export const webCrypto = (): SyncCryptoPort => nodeCrypto
