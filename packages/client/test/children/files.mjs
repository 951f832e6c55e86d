/** Puts a file of `megabytes` into a vault and reads it back; prints what that took, as JSON. */
import { createHash, randomFillSync } from 'node:crypto'
import { openVault } from '../../dist/vault.js'
import { nodePlatform } from '../../dist/platforms/node/index.js'

const [directory, megabytes] = [process.argv[2], Number(process.argv[3])]
const piece = 1024 * 1024

function content(pieces, hash) {
  let left = pieces
  return new ReadableStream({
    pull(controller) {
      if (left-- === 0) return controller.close()
      const bytes = new Uint8Array(randomFillSync(Buffer.alloc(piece)))
      hash.update(bytes)
      controller.enqueue(bytes)
    },
  })
}

async function roundTrip({ files }, name, pieces) {
  const [put, got] = [createHash('sha256'), createHash('sha256')]
  const start = performance.now()
  await files.put(name, content(pieces, put))
  const written = performance.now()
  let size = 0
  for await (const bytes of await files.get(name)) {
    got.update(bytes)
    size += bytes.length
  }
  const end = performance.now()
  return { same: put.digest('hex') === got.digest('hex'), size, putMs: written - start, getMs: end - written }
}

const opened = await openVault({
  platform: nodePlatform({ directory }),
  id: 'vault',
  key: new Uint8Array(32).fill(1),
  mark: { known: 0, next: 1 },
})
await roundTrip(opened.vault, 'small', 8)
const before = process.resourceUsage().maxRSS
const result = await roundTrip(opened.vault, 'large', megabytes)
const after = process.resourceUsage().maxRSS
await opened.close()
console.log(JSON.stringify({ ...result, baseKiB: before, grownKiB: after - before }))
