/** The passcode: OPAQUE with this device, every try counted before it is computed (docs/protocol.md 11). */
import type { Deployment } from './deployment.ts'
import { createPasscodeLogins, type PasscodeLogins } from './passcode-login.ts'
import { createPasscodeRegistrations, type PasscodeRegistrations } from './passcode-registration.ts'
import type { Shares } from './share.ts'

export type Passcodes = PasscodeRegistrations & PasscodeLogins

export function createPasscodes(deployment: Deployment, shares: Shares): Passcodes {
  return { ...createPasscodeRegistrations(deployment), ...createPasscodeLogins(deployment, shares) }
}
