import { type MakeDevice, outcomeOf, type TestRunner } from './runner.ts'

export function clockContract(make: MakeDevice, { describe, it, expect }: TestRunner): void {
  describe('clock', () => {
    it('counts milliseconds since 1970, and others that never go back', async () => {
      const { clock } = (await make()).platform
      expect(clock.now() > Date.UTC(2020)).toBe(true)
      const times = Array.from({ length: 1000 }, () => clock.monotonic())
      expect(times.every((time, i) => i === 0 || time >= (times[i - 1] as number))).toBe(true)
      expect(await outcomeOf(clock.sleep(1))).toBe('passed')
      expect(clock.monotonic() >= (times.at(-1) as number)).toBe(true)
    })

    it('takes an alarm back', async () => {
      const { clock } = (await make()).platform
      let rung = false
      const cancel = clock.alarm(1, () => {
        rung = true
      })
      cancel()
      cancel()
      await clock.sleep(5)
      expect(rung).toBe(false)
    })
  })
}
