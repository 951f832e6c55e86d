/** What of the keys is on the disk, and what of them survives. */
import { randomBytes } from 'node:crypto'
import { thumbprint, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api, Watched } from './pages/keys.ts'
import { formsOf, type Needles, searchProfile, textForms } from './profile.ts'

const data = utf8('what is signed')
const passcode = 'a passcode nobody else types: 739 104'

describe.skipIf(chromiumPath === null)(inChromium('keys on the disk'), () => {
  let page: StartedPage<typeof api>
  beforeAll(async () => {
    page = await startPage({ entry: pageFile('keys.ts') })
  })
  afterAll(() => page.close())
  beforeEach(() => page.anew())

  function keyNeedles(name: string, { pkcs8, d }: Watched): Needles {
    return { ...formsOf(`${name}, PKCS #8`, pkcs8), ...formsOf(`${name}, d`, Buffer.from(d, 'base64url')) }
  }
  async function signs(
    label: string,
    key: { publicJwk: Parameters<typeof thumbprint>[0] } | null,
  ): Promise<boolean> {
    if (key === null) return false
    const signature = await page.call('sign', label, data)
    return nodeCrypto.verify(nodeCrypto.importPublicKey(key.publicJwk), data, signature)
  }

  it('has the bare attempt key, but nothing of device key, passcode and vault key', async () => {
    await page.call('watch')
    const key = await page.call('create', 'device')
    await page.call('createAttempt', 'attempt')
    const vaultKey = new Uint8Array(randomBytes(32))
    const salt = new Uint8Array(16).fill(7)
    const stretched = await page.call('stretch', passcode, salt)
    await page.call('keep', 'device', vaultKey)
    expect(await signs('device', key)).toBe(true)
    await page.call('signAttempt', 'attempt', data)
    const [device, attempt] = await page.call('watched')
    if (device === undefined || attempt === undefined) throw new Error('two keys were made')
    const secrets: Needles = {
      ...keyNeedles('the device key', device),
      ...formsOf('the vault key', vaultKey),
      ...formsOf('the stretched passcode', stretched),
      ...textForms('the passcode', passcode),
    }
    await page.quit()

    const search = searchProfile(page.profile, { ...secrets, ...keyNeedles('the attempt key', attempt) })
    expect(search.files).toBeGreaterThan(20)
    expect(search.found.filter(({ needle }) => needle in secrets)).toEqual([])
    // The search does find a key that lies there as browsers store keys.
    expect(search.found.map(({ needle }) => needle)).toContain('the attempt key, d')
    expect(search.found.every(({ file }) => file.includes('IndexedDB'))).toBe(true)

    await page.restart()
    expect(await page.call('find', 'device')).toEqual(key)
    await expect(page.call('sign', 'device', data)).rejects.toMatchObject({ code: 'locked' })
    await page.call('open', 'device', vaultKey)
    expect(await signs('device', key)).toBe(true)
  })

  it('has nothing of a key that was open when the browser was killed', async () => {
    await page.call('watch')
    const key = await page.call('create', 'device')
    const vaultKey = new Uint8Array(randomBytes(32))
    await page.call('keep', 'device', vaultKey)
    expect(await signs('device', key)).toBe(true)
    const [device] = await page.call('watched')
    if (device === undefined) throw new Error('a key was made')
    await page.kill()
    const secrets = { ...keyNeedles('the device key', device), ...formsOf('the vault key', vaultKey) }
    expect(searchProfile(page.profile, secrets).found).toEqual([])
    // What was kept before is there: `keep` resolved when it was.
    await page.restart()
    await page.call('open', 'device', vaultKey)
    expect(await signs('device', key)).toBe(true)
  })

  it('gives no key to a script once it is kept', async () => {
    await page.call('create', 'device')
    await page.call('createAttempt', 'attempt')
    await page.call('keep', 'device', new Uint8Array(32).fill(1))
    expect(await page.call('exports')).toEqual(Array(4).fill('InvalidAccessError'))
    await page.call('close')
    await page.call('open', 'device', new Uint8Array(32).fill(1))
    expect(await page.call('exports')).toEqual(Array(4).fill('InvalidAccessError'))
  })

  it('is one for all tabs, but open in each by itself', async () => {
    const other = await page.tab()
    const key = await page.call('create', 'device')
    expect(await other.call('find', 'device')).toBeNull()
    const vaultKey = new Uint8Array(32).fill(1)
    await page.call('keep', 'device', vaultKey)
    expect(await other.call('find', 'device')).toEqual(key)
    await expect(other.call('sign', 'device', data)).rejects.toMatchObject({ code: 'locked' })
    await other.call('open', 'device', vaultKey)
    await page.call('close')
    expect(await other.call('sign', 'device', data)).toHaveLength(64)
    await expect(page.call('sign', 'device', data)).rejects.toMatchObject({ code: 'locked' })
  })

  it('is never replaced by a key another tab made under its label', async () => {
    const other = await page.tab()
    const key = await page.call('create', 'device')
    await other.call('create', 'device')
    await page.call('keep', 'device', new Uint8Array(32).fill(1))
    await expect(other.call('keep', 'device', new Uint8Array(32).fill(2))).rejects.toMatchObject({
      name: 'TypeError',
    })
    await page.reload()
    await page.call('open', 'device', new Uint8Array(32).fill(1))
    expect(await signs('device', key)).toBe(true)
  })
})
