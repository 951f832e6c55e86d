import { clockContract } from './clock.ts'
import { fileContract } from './files.ts'
import { keystoreContract, lastingKeyContract } from './keystore.ts'
import { presenceContract } from './presence.ts'
import { recordContract, secretContract } from './records.ts'
import type { MakeDevice, PlatformFeatures, TestRunner } from './runner.ts'
import { sqlContract } from './sql.ts'
import { stretchContract } from './stretch.ts'
import { wrappedContract } from './wrapped.ts'

/** The suite every platform has to pass, of one that is not named here too. Pass the test runner's own functions: `{ describe, it, expect }`. */
export function platformContract(
  title: string,
  make: MakeDevice,
  features: PlatformFeatures,
  runner: TestRunner,
): void {
  const { describe, it, expect } = runner
  describe(`${title}: platform contract`, () => {
    it('has what its features name, and no more', async () => {
      const { platform } = await make()
      expect(platform.keystore.wrapped !== undefined).toBe(features.wrapped)
      expect(platform.sql !== null).toBe(features.sql)
      expect(platform.presence?.kind ?? null).toBe(features.presence)
      if (features.stretch) expect(platform.stretch === null).toBe(false)
    })
    keystoreContract(make, runner)
    if (features.wrapped) wrappedContract(make, runner)
    else lastingKeyContract(make, runner)
    recordContract(make, runner)
    secretContract(make, runner)
    fileContract(make, runner)
    if (features.sql) sqlContract(make, runner)
    if (features.stretch) stretchContract(make, runner)
    if (features.presence !== null) presenceContract(make, runner, features.presence)
    clockContract(make, runner)
  })
}
