/** Writes into a vault until it is killed, and prints each number once it is durable. */
import { openVault } from '../../dist/vault.js'
import { nodePlatform } from '../../dist/platforms/node/index.js'

const { vault } = await openVault({
  platform: nodePlatform({ directory: process.argv[2] }),
  id: 'vault',
  key: new Uint8Array(32).fill(1),
  mark: { known: 0, next: 1 },
})
const [{ n: first }] = await vault.sql.exec('SELECT min(n) AS n FROM t')
for (let n = first + 1; ; n++) {
  await vault.sql.exec('UPDATE t SET n = ?, filler = randomblob(3000)', [n])
  await vault.preferences.set('n', n)
  console.log(n)
}
