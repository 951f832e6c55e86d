/** A vault on a virtual phone, and what somebody with its disk can do. */
import { HoldfastError } from '@holdfast/core'
import { virtualPhone, type VirtualPhone } from '../src/platforms/testing/phone.ts'
import { openVault, type OpenVault, type VaultMark } from '../src/vault.ts'

export const vaultId = 'dmF1bHQ'
export const vaultKey: Uint8Array = new Uint8Array(32).fill(0x42)

export type Disk = {
  readonly records: ReadonlyMap<string, string>
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly sql: ReadonlyMap<string, { readonly main: Uint8Array; readonly journal: Uint8Array }>
}

export function copyDisk({ storage, files, sql }: VirtualPhone): Disk {
  return { records: storage.snapshot(), files: files.snapshot(), sql: sql.snapshot() }
}

/** Every octet of it, as text of one character each. */
export function diskText({ records, files, sql }: Disk): string {
  const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
  return [
    ...[...records].flat(),
    ...[...files].flatMap(([name, bytes]) => [name, latin1(bytes)]),
    ...[...sql].flatMap(([name, { main, journal }]) => [name, latin1(main), latin1(journal)]),
  ].join('\n')
}

export function open(phone: VirtualPhone, mark: Partial<VaultMark> = {}, key = vaultKey): Promise<OpenVault> {
  const { known = 0, next = known } = mark
  return openVault({ platform: phone.platform, id: vaultId, key, mark: { known, next } })
}

/** Opens, works, closes. */
export async function session<Result>(
  phone: VirtualPhone,
  work: (opened: OpenVault) => Promise<Result>,
  mark: Partial<VaultMark> = {},
): Promise<Result> {
  const opened = await open(phone, mark)
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

export async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act
    return 'passed'
  } catch (error) {
    return error instanceof HoldfastError ? error.code : String(error)
  }
}

export function streamOf(content: Uint8Array | string, piece = 10_000): ReadableStream<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  let offset = 0
  return new ReadableStream<Uint8Array>({
    pull(controller): void {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(offset, offset + piece))
      offset += piece
    },
  })
}

/** What came before it ended or broke off. */
export async function drain(
  stream: ReadableStream<Uint8Array> | null,
): Promise<{ readonly bytes: Uint8Array; readonly error: unknown }> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) pieces.push(piece)
    return { bytes: Buffer.concat(pieces), error: null }
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error }
  }
}

export { virtualPhone }
