/** Activation by camera: the code is on paper in front of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { cameraArgs, writeCamera } from './camera.ts'
import { handsOf } from './hands.ts'
import { faultsOf, makeCode, openStage, type Phone, type Stage } from './stage.ts'

describe.skipIf(chromiumPath === null)(inChromium('the app, scanning'), { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-camera-'))
  const camera = join(folder, 'camera.y4m')
  let stage: Stage
  let phone: Phone
  beforeAll(async () => {
    stage = await openStage()
    writeCamera(camera, 'https://example.com/a-bicycle-for-sale')
    phone = await stage.openPhone({ args: cameraArgs(camera), permissions: ['camera'] })
  })
  afterAll(async () => {
    await stage.close()
    rmSync(folder, { recursive: true })
  })

  it('says so when it is another code, and goes on looking', async () => {
    const { page } = phone
    await handsOf({ page }).press('Scan the code')
    await page.getByText('This is another code.').waitFor()
    const faults = await faultsOf(page, 'scanner')
    await handsOf({ page }).press('Back')
    await page.getByRole('button', { name: 'Scan the code' }).waitFor()
    expect(await page.locator('video').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('explains what to do when the camera is not allowed', async () => {
    const { page, context } = phone
    const cdp = await context.newCDPSession(page)
    const { origin } = new URL(page.url())
    const permit = (setting: 'denied' | 'granted') =>
      cdp.send('Browser.setPermission', { permission: { name: 'camera' }, setting, origin })
    await permit('denied')
    await handsOf({ page }).press('Scan the code')
    await page.getByText('The camera is not allowed').waitFor()
    const faults = await faultsOf(page, 'refused camera')
    await handsOf({ page }).press('Type the code instead')
    expect(await page.getByRole('textbox', { name: 'Activation code' }).inputValue()).toBe('')
    await permit('granted')
    await page.reload()
    expect(faults).toEqual([])
  })

  it('reads the code and goes on with it, and asks nobody but the bank', async () => {
    const code = await makeCode(stage.bank, 'maria')
    // What lies in front of it from the next time it is switched on.
    writeCamera(camera, code)
    const { page } = phone
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await handsOf({ page }).press('Scan the code')
    const field = page.getByRole('textbox', { name: 'Activation code' })
    await field.waitFor()
    expect(await field.inputValue()).toBe(code)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByTestId('check-phrase').waitFor()
    expect([...asked].toSorted()).toEqual([new URL(page.url()).origin, stage.bank.origin].toSorted())
  })

  it('says so when there is no camera', async () => {
    const { page } = await stage.openPhone()
    await handsOf({ page }).press('Scan the code')
    await page.getByText('No camera found').waitFor()
  })
})
