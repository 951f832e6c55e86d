import type { KeyFile } from '@holdfast/server'
import { type Command, print, printTable, readOptions } from '../command.ts'
import { Complaint } from '../complaint.ts'
import { loadConfig } from '../config.ts'
import { openKeys } from '../service.ts'

const uses = ['token', 'service', 'forward'] as const

function show(keys: KeyFile): void {
  printTable([
    ['USE', 'STATE', 'THUMBPRINT'],
    ...keys.describe().map(({ use, state, kid }) => [use, state, kid]),
  ])
  print('')
  print('Build these service keys into the app (this one and the next):')
  for (const pin of keys.servicePins()) print(`  ${pin}`)
  print('')
  print('Backends with identity "signature" check with the forward key:')
  print(`  ${JSON.stringify({ ...keys.forward().jwk, kid: keys.forward().kid })}`)
}

export const keys: Command = {
  help: `holdfast keys [rotate token | rotate service | rotate forward] [options]

Works on the key file of the configuration, so it must run where that file is. A running gateway takes a change over
within 5 seconds.
  rotate token     a new key for access tokens and answers; safe at any time
  rotate service   the next service key becomes the current one. First ship an app that knows the next one!
  rotate forward   the same for the key backends check; first hand them the next one

  --config FILE        configuration of the gateway (holdfast.yaml)
  --json               the answer as JSON, for scripts

Examples:
  holdfast keys
  holdfast keys rotate token`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { config: 'text', json: 'flag' }, 2)
    const [act, word] = options.words
    const which = uses.find((use) => use === word)
    if (act !== undefined && (act !== 'rotate' || which === undefined))
      throw new Complaint('expected: holdfast keys, or holdfast keys rotate token|service|forward', 2)
    const file = await openKeys(loadConfig(options.text('config') ?? 'holdfast.yaml'))
    if (which !== undefined) await file.rotate(which)
    if (options.flag('json'))
      print(JSON.stringify({ keys: file.describe(), pins: file.servicePins(), forward: file.forward().jwk }))
    else show(file)
    return 0
  },
}
