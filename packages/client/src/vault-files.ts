/**
 * Encrypted files in the age v1 format (age-encryption.org/v1), to one X25519 identity of this device. age does not say who wrote a file,
 * and the recipient is no secret; that a file is the one put here is known by its head, whose digest the manifest keeps.
 */
import { equal, fromBase64url, HoldfastError, toBase64url } from '@holdfast/core'
import type { Decrypter } from 'age-encryption'
import type { FileStore } from './ports.ts'
import { readAgeHead } from './vault-age.ts'
import { vaultError } from './vault-error.ts'
import { age, createIdentity, type IdentityParts } from './vault-identity.ts'
import { type ListedFile, newId } from './vault-manifest.ts'

type Stream = ReadableStream<Uint8Array>

/** Memory does not grow with the files. Rejects with `vault_damaged`, `vault_unavailable`, `storage_full`. */
export interface VaultFiles {
  /** Durable when it returns; until then `get` gives what was there before. */
  put(name: string, content: Stream): Promise<void>
  /** Stores as it is what somebody else encrypted to {@link VaultFiles.recipient}; rejects with `vault_damaged` when it was another's. */
  putEncrypted(name: string, file: Stream): Promise<void>
  /**
   * Null when there is none. The stream gives an octet only when the 64 KiB around it are proven, and errors where the file was
   * changed or cut off: it is whole only when it ends well. It errors with `locked` when the vault is closed meanwhile.
   */
  get(name: string): Promise<Stream | null>
  delete(name: string): Promise<void>
  list(): Promise<string[]>
  /** `age1…`: whoever has it can encrypt to this device. */
  recipient(): Promise<string>
}

export type FilesParts = IdentityParts & { readonly files: FileStore }

export const fileName = (vault: string, id: string): string => `${vault}.${id}`

/** Every error becomes what `failed` makes of it; `check` may throw before each piece. */
function guarded(stream: Stream, failed: (cause: unknown) => unknown, check: () => void): Stream {
  const reader = stream.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        try {
          check()
          const { done, value } = await reader.read()
          check()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (cause) {
          controller.error(failed(cause))
          await reader.cancel(cause).catch(() => undefined)
        }
      },
      cancel: (reason: unknown): Promise<void> => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function damaged(cause: unknown): HoldfastError {
  return cause instanceof HoldfastError ? cause : new HoldfastError('vault_damaged', { cause })
}

export function createFiles(parts: FilesParts): VaultFiles {
  const { vault, crypto, keys, manifest, files } = parts
  const identity = createIdentity(parts)
  const recipient = async (): Promise<string> => (await age()).identityToRecipient(await identity())

  async function decrypter(): Promise<Decrypter> {
    const opener = new (await age()).Decrypter()
    opener.addIdentity(await identity())
    return opener
  }
  /** What is left behind when this fails goes at the next opening. */
  async function discard(file: ListedFile | undefined): Promise<void> {
    if (file !== undefined) await files.delete(fileName(vault, file.id)).catch(() => undefined)
  }
  async function store(
    name: string,
    file: Stream,
    check: (head: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const { head, whole } = await readAgeHead(file)
    try {
      await check(head)
    } catch (cause) {
      await whole.cancel(cause).catch(() => undefined)
      throw cause
    }
    const listed = { id: newId(crypto), head: toBase64url(await crypto.sha256(head)) }
    await files.write(fileName(vault, listed.id), whole)
    keys.check()
    const replaced = await manifest.commit((content) => {
      const old = content.files.get(name)
      content.files.set(name, listed)
      return old
    })
    await discard(replaced)
  }
  async function open({ id, head: digest }: ListedFile): Promise<Stream | null> {
    const stored = await files.read(fileName(vault, id)).catch((cause: unknown) => {
      throw vaultError(cause)
    })
    if (stored === null) return null
    const { head, whole } = await readAgeHead(guarded(stored, vaultError, () => undefined))
    try {
      if (!equal(await crypto.sha256(head), fromBase64url(digest))) throw new HoldfastError('vault_damaged')
      const opened = await (await decrypter()).decrypt(whole)
      return guarded(opened, damaged, () => keys.check())
    } catch (cause) {
      await whole.cancel(cause).catch(() => undefined)
      throw damaged(cause)
    }
  }

  return {
    async put(name: string, content: Stream): Promise<void> {
      const encrypter = new (await age()).Encrypter()
      encrypter.addRecipient(await recipient())
      await store(name, await encrypter.encrypt(content), async () => undefined)
    },
    putEncrypted: (name: string, file: Stream): Promise<void> =>
      store(name, file, async (head) => {
        const opener = await decrypter()
        await opener.decryptHeader(head).catch((cause: unknown) => {
          throw damaged(cause)
        })
      }),
    async get(name: string): Promise<Stream | null> {
      keys.check()
      const file = manifest.content.files.get(name)
      if (file === undefined) return null
      const content = await open(file)
      if (content !== null) return content
      // Somebody here may have put another meanwhile.
      if (manifest.content.files.get(name) === file) throw new HoldfastError('vault_damaged')
      return this.get(name)
    },
    async delete(name: string): Promise<void> {
      keys.check()
      if (!manifest.content.files.has(name)) return
      const removed = await manifest.commit((content) => {
        const old = content.files.get(name)
        content.files.delete(name)
        return old
      })
      await discard(removed)
    },
    async list(): Promise<string[]> {
      keys.check()
      return [...manifest.content.files.keys()]
    },
    recipient,
  }
}
