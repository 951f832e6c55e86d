import { systemActor } from '@holdfast/server'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, type Options, print, printTable, readOptions } from '../command.ts'
import { Complaint } from '../complaint.ts'
import { type Config, loadConfig } from '../config.ts'
import { type KeyUse, keyUses, openKeys, type PublicKeys, publicKeys, rotateKey } from '../keys.ts'
import { withService } from '../offline.ts'

function show({ keys: described, pins, forward }: PublicKeys): void {
  printTable([['USE', 'STATE', 'THUMBPRINT'], ...described.map(({ use, state, kid }) => [use, state, kid])])
  print('')
  print('Build these service keys into the app (this one and the next):')
  for (const pin of pins) print(`  ${pin}`)
  print('')
  print('Backends with identity "signature" check with the forward key:')
  print(`  ${JSON.stringify(forward)}`)
}

const advice = 'a gateway writes the rotation down. Start it, or add --offline when none is meant to run'

async function rotate(use: KeyUse, options: Options, config: () => Config): Promise<PublicKeys> {
  if (options.flag('offline')) return withService(config(), (service) => rotateKey(service, use, systemActor))
  const client = await connect(options, advice)
  return (await client.call('POST', '/admin/keys/rotate', { body: { key: use } })) as PublicKeys
}

export const keys: Command = {
  help: `holdfast keys [rotate token | rotate service | rotate forward] [options]

Without a word: shows them, from the key file of the configuration. A rotation goes through the running gateway, which
writes down in the audit who did it; gateways that share the key file take it over within 5 seconds.
  rotate token     a new key for access tokens and answers; safe at any time
  rotate service   the next service key becomes the current one. First ship an app that knows the next one!
  rotate forward   the same for the key backends check; first hand them the next one

  --offline            rotate: without a gateway. Runs where the key file and the store are; with the embedded database,
                       stop the gateway first. The audit says that "system" did it
${connectionHelp}

Examples:
  holdfast keys
  holdfast keys rotate token`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, offline: 'flag' }, 2)
    const [act, word] = options.words
    const use = keyUses.find((known) => known === word)
    if (act !== undefined && (act !== 'rotate' || use === undefined))
      throw new Complaint('expected: holdfast keys, or holdfast keys rotate token|service|forward', 2)
    const config = (): Config => loadConfig(options.text('config') ?? 'holdfast.yaml')
    const known =
      use === undefined ? publicKeys(await openKeys(config())) : await rotate(use, options, config)
    if (options.flag('json')) print(JSON.stringify(known))
    else show(known)
    return 0
  },
}
