/** One token of one PKCS#11 module: found by its label, logged in to, and found again after it was away. */
import { HoldfastError } from '@holdfast/core'
import { type Graphene, loadGraphene, type Module, type Session, type Slot } from './library.ts'

export type TokenOptions = {
  /** Path of the PKCS#11 module, e.g. /usr/lib/softhsm/libsofthsm2.so. */
  readonly module: string
  /** CKA_LABEL of the token. */
  readonly token: string
  /** A fresh copy each time; it is overwritten after use. Not when the library made a string of it: that ends with the login. */
  readonly pin: () => Uint8Array
}

export interface Token {
  readonly graphene: Graphene
  /**
   * Runs with a session that is logged in. What fails is tried again once in a new session, and once more with the module begun
   * anew; then it is `store_unavailable`: the service goes on as soon as the token is back.
   */
  use<Result>(act: (session: Session) => Result): Result
}

/** How often an absent token is looked for: a module may take its time to say that it is not there. */
const retryMs = 500

const loggedInAlready = /CKR_USER_ALREADY_LOGGED_IN/
/** Asked with a wrong PIN again and again, a token locks itself. */
const pinRefused = /CKR_PIN_|CKR_USER_PIN_NOT_INITIALIZED/

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

/** What PKCS#11 calls it; never anything else of the message. */
function codeOf(error: unknown): string {
  return /\bCKR_[A-Z_]+\b/.exec(messageOf(error))?.[0] ?? 'unknown'
}

function findSlot(module: Module, label: string): Slot {
  const slots = module.getSlots(true)
  for (let index = 0; index < slots.length; index++) {
    const slot = slots.items(index)
    // PKCS#11 pads labels with spaces or nothing.
    if (slot.getToken().label.replace(/[\s\0]+$/, '') === label) return slot
  }
  throw new TypeError(
    `the PKCS#11 module knows no token "${label}": check keys.token, and that this user may reach it`,
  )
}

function logIn(session: Session, { pin }: TokenOptions, { UserType }: Graphene): void {
  const bytes = pin()
  try {
    session.login(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(), UserType.USER)
  } catch (error) {
    // Another session of this process did: a login counts for all of them.
    if (!loggedInAlready.test(messageOf(error))) throw error
  } finally {
    bytes.fill(0)
  }
}

async function load(options: TokenOptions): Promise<Token> {
  const graphene = await loadGraphene()
  const { SERIAL_SESSION, RW_SESSION } = graphene.SessionFlag
  let module: Module
  try {
    module = graphene.Module.load(options.module, 'holdfast')
    module.initialize()
  } catch (error) {
    throw new TypeError(
      `the PKCS#11 module ${options.module} cannot be loaded (${codeOf(error)}): check keys.module`,
      { cause: error },
    )
  }

  function openSession(): Session {
    const session = findSlot(module, options.token).open(SERIAL_SESSION | RW_SESSION)
    try {
      logIn(session, options, graphene)
      return session
    } catch (error) {
      session.close()
      throw error
    }
  }

  function restart(): Session {
    // The module forgets every session of this process, and reads anew which tokens there are.
    try {
      module.finalize()
    } catch {
      // It was not initialized: so it is not.
    }
    module.initialize()
    return openSession()
  }

  let session: Session
  try {
    session = openSession()
  } catch (error) {
    if (error instanceof TypeError) throw error
    const code = codeOf(error)
    throw new TypeError(
      pinRefused.test(code)
        ? `the token "${options.token}" refuses the PIN (${code}): check the secret under keys`
        : `the token "${options.token}" cannot be used (${code})`,
      { cause: error },
    )
  }
  let nextTryAt = -Infinity
  let locked = false

  function recover<Result>(act: (session: Session) => Result, failed: unknown): Result {
    let cause = failed
    if (!locked && performance.now() >= nextTryAt) {
      for (const renew of [openSession, restart]) {
        try {
          session = renew()
          return act(session)
        } catch (error) {
          cause = error
          locked ||= pinRefused.test(messageOf(error))
          if (locked) break
        }
      }
      nextTryAt = performance.now() + retryMs
    }
    throw new HoldfastError('store_unavailable', {
      cause: new Error(`the HSM is away (${codeOf(cause)})`),
    })
  }

  return {
    graphene,
    use<Result>(act: (session: Session) => Result): Result {
      try {
        return act(session)
      } catch (error) {
        return recover(act, error)
      }
    },
  }
}

/** PKCS#11 knows one application per process, whose login counts for all its sessions: so there is one of each token. */
const tokens = new Map<string, Promise<Token>>()

/** Rejects with TypeError when module, token or PIN are not right. */
export function openToken(options: TokenOptions): Promise<Token> {
  const name = JSON.stringify([options.module, options.token])
  const known = tokens.get(name)
  if (known !== undefined) return known
  const opening = load(options)
  tokens.set(name, opening)
  opening.catch(() => tokens.delete(name))
  return opening
}
