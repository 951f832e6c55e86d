/** Activation by camera: the code is on paper in front of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { cameraArgs, writeCamera } from './camera.ts'
import { handsOf } from './hands.ts'
import { faultsOf, openStage, type Phone, type Stage } from './stage.ts'

describe.skipIf(chromiumPath === null)(inChromium('the app, scanning'), { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-camera-'))
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(async () => {
    await stage.close()
    rmSync(folder, { recursive: true })
  })

  /** In front of whose camera this text lies. */
  async function phoneSeeing(text: string): Promise<Phone> {
    const file = join(folder, `${text.length}.y4m`)
    writeCamera(file, text)
    return stage.openPhone({ args: cameraArgs(file), permissions: ['camera'] })
  }

  it('reads the code and goes on with it, and asks nobody but the bank', async () => {
    const code = await stage.bank.activate('maria')
    const { page } = await phoneSeeing(code)
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

  it('says so when it is another code, and goes on looking', async () => {
    const { page } = await phoneSeeing('https://example.com/a-bicycle-for-sale')
    await handsOf({ page }).press('Scan the code')
    await page.getByText('This is another code.').waitFor()
    const faults = await faultsOf(page, 'scanner')
    await handsOf({ page }).press('Back')
    await page.getByRole('button', { name: 'Scan the code' }).waitFor()
    expect(await page.locator('video').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('explains what to do when the camera is not allowed', async () => {
    const { page } = await stage.openPhone({
      args: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
    })
    await handsOf({ page }).press('Scan the code')
    await page.getByText('The camera is not allowed').waitFor()
    const faults = await faultsOf(page, 'refused camera')
    await handsOf({ page }).press('Type the code instead')
    expect(await page.getByRole('textbox', { name: 'Activation code' }).inputValue()).toBe('')
    expect(faults).toEqual([])
  })

  it('says so when there is no camera', async () => {
    const { page } = await stage.openPhone()
    await handsOf({ page }).press('Scan the code')
    await page.getByText('No camera found').waitFor()
  })
})
