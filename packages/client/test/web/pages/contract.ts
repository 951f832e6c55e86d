import { webPlatform } from '@holdfast/client/web'
import { collectContract } from '../collect.ts'

const tests = collectContract(async () => {
  const name = crypto.randomUUID()
  return { platform: webPlatform({ name }), restart: async () => webPlatform({ name }) }
})

export const api = {
  async run(name: string): Promise<void> {
    const test = tests.get(name)
    if (test === undefined) throw new TypeError('no such test')
    await test()
  },
}
