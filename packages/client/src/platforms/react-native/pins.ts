/**
 * Pins by react-native-ssl-public-key-pinning. It holds one set of pins for the whole app, read when React Native starts a request, so
 * requests under other pins wait until those under way have ended: nothing ever starts under pins that were not its own.
 *
 * Android alone. There (OkHttp 4.9.2 of React Native 0.86) the pins are part of what a connection may be used again for, and are compared
 * with the certificate chain before the first octet of a request. On iOS (TrustKit in `URLSession`) they are looked at when a connection
 * is made and never again, so a request with pins could go out over the one the statement came by, which has none.
 */
import { fromBase64, fromBase64url, HoldfastError, toBase64, toBase64url } from '@holdfast/core'
import type { RefusedKey } from '../../ports.ts'
import type { PinningModule } from './modules.ts'

/** For one host of a URL; null: none. */
export type Pins = { readonly host: string; readonly keys: readonly string[] } | null

export type PinKeeper = {
  /** Rejects with `server_key_refused` when the server's key was why `act` rejected. */
  under<Result>(pins: Pins, act: () => Promise<Result>): Promise<Result>
}

/** The leaf's key: the first of the chain in the words of OkHttp's CertificatePinner. */
function shownKey(message: string | undefined): string | null {
  const [, base64] = /Peer certificate chain:\s*sha256\/([A-Za-z0-9+/]{43}=)/.exec(message ?? '') ?? []
  return base64 === undefined ? null : toBase64url(fromBase64(base64))
}

/** Without its port, as the module and OkHttp name hosts. */
const nameOf = (host: string): string => host.replace(/:\d+$/, '')

export function pinKeeper(module: PinningModule): PinKeeper {
  /** What is in force; undefined when nobody knows. */
  let inForce: string | undefined
  let running = 0
  let turn: Promise<unknown> = Promise.resolve()
  let ended: (() => void) | null = null

  async function enforce(pins: Pins): Promise<void> {
    const wanted = JSON.stringify(pins)
    if (wanted === inForce) return
    if (running > 0) await new Promise<void>((resolve) => (ended = resolve))
    inForce = undefined
    if (pins === null) await module.disableSslPinning()
    else {
      const publicKeyHashes = pins.keys.map((key) => toBase64(fromBase64url(key)))
      await module.initializeSslPinning({ [nameOf(pins.host)]: { publicKeyHashes } })
    }
    inForce = wanted
  }

  function enter(pins: Pins): Promise<void> {
    const before = turn
    const entered = (async (): Promise<void> => {
      await before
      await enforce(pins)
      running++
    })()
    turn = entered.catch(() => undefined)
    return entered
  }
  function leave(): void {
    if (--running > 0) return
    ended?.()
    ended = null
  }

  return {
    async under<Result>(pins: Pins, act: () => Promise<Result>): Promise<Result> {
      await enter(pins)
      let refused: RefusedKey | { readonly host: string } | null = null
      const listener = module.addSslPinningErrorListener(({ serverHostname, message }) => {
        if (pins === null || serverHostname !== nameOf(pins.host)) return
        const key = shownKey(message)
        refused = key === null ? { host: pins.host } : { host: pins.host, key }
      })
      try {
        return await act()
      } catch (error) {
        throw refused === null ? error : new HoldfastError('server_key_refused', { cause: refused })
      } finally {
        listener.remove()
        leave()
      }
    },
  }
}
