import { randomBytes } from 'node:crypto'
import { HoldfastError } from '@holdfast/core'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { codeOf, copyDisk, drain, open, session, streamOf, vaultId, virtualPhone } from '../test/vault.ts'

const chunk = 64 * 1024
const content = randomBytes(3 * chunk + 500)

/** One stored file, as its octets lie on the disk, and the way to change them. */
async function stored() {
  const phone = virtualPhone()
  const opened = await open(phone)
  const { files } = opened.vault
  await files.put('f', streamOf(content))
  const [[name, bytes]] = copyDisk(phone).files as unknown as [[string, Uint8Array]]
  const put = (changed: Uint8Array): void => phone.files.restore(new Map([[name, changed]]))
  const read = async () => {
    const stream = await files.get('f').catch((error: unknown) => error)
    return stream instanceof ReadableStream ? drain(stream) : { bytes: new Uint8Array(0), error: stream }
  }
  /** Where the encrypted chunks begin. */
  const payload = bytes.length - content.length - 4 * 16
  return { phone, opened, files, name, bytes: Buffer.from(bytes), put, read, payload }
}
async function encryptTo(recipient: string, text: string | Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return encrypter.encrypt(text)
}

describe('files', () => {
  it('of every size come back whole', async () => {
    const phone = virtualPhone()
    const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 500]
    await session(phone, async ({ vault: { files } }) => {
      for (const size of sizes) await files.put(`file ${size}`, streamOf(content.subarray(0, size), 30_000))
    })
    await session(phone, async ({ vault: { files } }) => {
      for (const size of sizes) {
        const { bytes, error } = await drain(await files.get(`file ${size}`))
        expect(error).toBe(null)
        expect(Buffer.compare(bytes, content.subarray(0, size))).toBe(0)
      }
      expect((await files.list()).length).toBe(sizes.length)
      await files.delete('file 0')
      await files.delete('file 0')
      expect(await files.get('file 0')).toBe(null)
      expect(await files.get('another')).toBe(null)
    })
    expect(copyDisk(phone).files.size).toBe(sizes.length - 1)
  })

  it('give no octet that is not proven, whatever is changed', async () => {
    const { bytes, put, read, payload, opened } = await stored()
    const flipped = (at: number): Buffer => {
      const copy = Buffer.from(bytes)
      copy[at] = (copy[at] as number) ^ 1
      return copy
    }
    for (const at of [0, 30, 60, 120, payload - 40, payload - 1]) {
      put(flipped(at))
      const { bytes: got, error } = await read()
      expect([got.length, error]).toMatchObject([0, { code: 'vault_damaged' }])
    }
    for (const index of [0, 1, 3]) {
      put(flipped(payload + index * (chunk + 16) + 100))
      const { bytes: got, error } = await read()
      expect(error).toMatchObject({ code: 'vault_damaged' })
      expect(Buffer.compare(got, content.subarray(0, index * chunk))).toBe(0)
    }
    await opened.close()
  })

  it('break off where they were cut off, lengthened or put in another order', async () => {
    const { bytes, put, read, payload, opened } = await stored()
    const piece = (i: number): Buffer =>
      bytes.subarray(payload + i * (chunk + 16), payload + (i + 1) * (chunk + 16))
    const head = bytes.subarray(0, payload)
    const cases: Array<[string, Buffer]> = [
      ['at a chunk', Buffer.concat([head, piece(0), piece(1), piece(2)])],
      ['in a chunk', bytes.subarray(0, payload + chunk + 500)],
      ['to the head', head],
      ['in the head', head.subarray(0, payload - 5)],
      ['to nothing', Buffer.alloc(0)],
      ['lengthened', Buffer.concat([bytes, Buffer.alloc(10)])],
      ['a chunk twice', Buffer.concat([head, piece(0), piece(0), piece(1), piece(2), piece(3)])],
      ['swapped', Buffer.concat([head, piece(1), piece(0), piece(2), piece(3)])],
      ['left out', Buffer.concat([head, piece(0), piece(2), piece(3)])],
    ]
    for (const [what, changed] of cases) {
      put(changed)
      const { bytes: got, error } = await read()
      expect(error, what).toMatchObject({ code: 'vault_damaged' })
      expect(Buffer.compare(got, content.subarray(0, got.length)), what).toBe(0)
      expect(got.length, what).toBeLessThan(content.length)
    }
    put(bytes)
    expect(Buffer.compare((await read()).bytes, content)).toBe(0)
    await opened.close()
  })

  it('are not those somebody else encrypted to this device, nor older ones, nor each other’s', async () => {
    const { phone, name, bytes, files, put, read, opened } = await stored()
    put(await encryptTo(await files.recipient(), 'planted'))
    expect((await read()).error).toMatchObject({ code: 'vault_damaged' })
    put(bytes)
    await files.put('f', streamOf('newer'))
    const newer = (await phone.files.list()).find((each) => each.startsWith(vaultId)) as string
    expect(newer).not.toBe(name)
    phone.files.restore(new Map([[newer, bytes]]))
    expect((await read()).error).toMatchObject({ code: 'vault_damaged' })
    phone.files.restore(new Map())
    expect((await read()).error).toMatchObject({ code: 'vault_damaged' })
    await opened.close()
  })

  it('encrypted elsewhere are stored as they are, when they are for this device', async () => {
    const phone = virtualPhone()
    await session(phone, async ({ vault: { files } }) => {
      const recipient = await files.recipient()
      expect(recipient).toMatch(/^age1[0-9a-z]{58}$/)
      const statement = await encryptTo(recipient, content)
      await files.putEncrypted('statement', streamOf(statement, 77))
      const [onDisk] = copyDisk(phone).files.values()
      expect(Buffer.compare(onDisk as Uint8Array, statement)).toBe(0)
      expect(Buffer.compare((await drain(await files.get('statement'))).bytes, content)).toBe(0)
      const other = await encryptTo(await identityToRecipient(await generateX25519Identity()), 'not yours')
      for (const wrong of [other, 'plain text', '', 'x'.repeat(200_000)])
        expect(await codeOf(files.putEncrypted('wrong', streamOf(wrong)))).toBe('vault_damaged')
      expect(await files.list()).toEqual(['statement'])
    })
    await session(phone, async ({ vault: { files } }) => {
      expect(Buffer.compare((await drain(await files.get('statement'))).bytes, content)).toBe(0)
    })
  })

  it('have one recipient, however often and by whomever it is asked for', async () => {
    const phone = virtualPhone()
    const first = await session(phone, async ({ vault: { files } }) => {
      const asked = await Promise.all([files.recipient(), files.recipient(), files.recipient()])
      await files.put('f', streamOf('x'))
      return new Set([...asked, await files.recipient()])
    })
    expect(first.size).toBe(1)
    const again = await session(phone, ({ vault }) => vault.files.recipient())
    expect([...first]).toEqual([again])
    expect((await phone.storage.list(`vault ${vaultId} record `)).length).toBe(1)
  })

  it('are what they were when writing fails', async () => {
    const { phone, files, opened, read } = await stored()
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new RangeError('the line broke')),
    })
    await expect(files.put('f', broken)).rejects.toThrow(RangeError)
    const write = phone.files.write.bind(phone.files)
    const store = phone.platform.files as { write: typeof write }
    store.write = async () => {
      throw new HoldfastError('storage_full')
    }
    expect(await codeOf(files.put('f', streamOf('new')))).toBe('storage_full')
    store.write = write
    phone.storage.failWrites(1)
    expect(await codeOf(files.put('f', streamOf('new')))).toBe('vault_unavailable')
    expect(Buffer.compare((await read()).bytes, content)).toBe(0)
    await opened.close()
    await session(phone, async ({ vault }) => {
      expect(Buffer.compare((await drain(await vault.files.get('f'))).bytes, content)).toBe(0)
    })
    expect(copyDisk(phone).files.size).toBe(1)
  })

  it('in use break off when the vault is closed', async () => {
    const { files, opened } = await stored()
    const reader = ((await files.get('f')) as ReadableStream<Uint8Array>).getReader()
    expect((await reader.read()).done).toBe(false)
    await opened.close()
    expect(await codeOf(reader.read())).toBe('locked')
  })

  it('can be left unread', async () => {
    const { files, opened, phone } = await stored()
    await ((await files.get('f')) as ReadableStream<Uint8Array>).cancel()
    const source = await phone.files.read((await phone.files.list())[0] as string)
    await source?.cancel()
    await opened.close()
  })
})
