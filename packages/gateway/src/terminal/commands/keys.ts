import { systemActor } from '@holdfast/server'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, type Options, print, printTable, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'
import { type Config, loadConfig } from '../../config/config.ts'
import { type KeyUse, keyUses, openKeys, type PublicKeys, publicKeys, rotateKey } from '../../keys.ts'
import { withService } from '../offline.ts'

type Described = PublicKeys['keys'][number]

/** What a list of keys calls working, and being accepted afterwards. */
const verbs = {
  token: ['signs', 'accepted'],
  ca: ['issues', 'trusted'],
  wrapping: ['seals', 'opens'],
} as const

/** What comes next for a key, and who has to do it. */
function nextOf({ use, state, fromMs, untilMs }: Described): string {
  if (state === 'next' && use === 'service')
    return 'pin it in the app; when all have that app, rotate service'
  if (state === 'next' && use === 'forward') return 'hand it to backends, then rotate forward'
  if (use === 'service' || use === 'forward') return ''
  const [works, accepted] = verbs[use]
  const at = (ms: number | null): string => moment(Math.ceil((ms ?? 0) / 1000))
  if (state === 'next')
    return `${works} from ${at(fromMs)}${use === 'ca' ? '; give it to terminators before' : ''}`
  if (state === 'previous') return `${accepted} until ${at(untilMs)}`
  return state === 'gone' ? 'accepted no more; a running gateway erases it after an hour' : ''
}

const places: Readonly<Record<Described['place'], string>> = { file: 'key file', pkcs11: 'HSM' }

function show({ keys: described, pins, forward, ca, sealing }: PublicKeys): void {
  const rows = described.map((key) => [key.use, key.state, places[key.place], key.kid ?? '-', nextOf(key)])
  if (ca.length === 0)
    rows.push(['ca', 'none', '-', '-', 'holdfast keys ca makes one, for client certificates'])
  if (sealing)
    rows.push(['sealing', 'current', 'memory', '-', 'made anew by itself; rotate sealing does it now'])
  printTable([['USE', 'STATE', 'WHERE', 'THUMBPRINT', 'NEXT'], ...rows])
  print('')
  print('Build these service keys into the app (this one and the next):')
  for (const pin of pins) print(`  ${pin}`)
  print('')
  print('Backends with identity "signature" check with the forward key:')
  print(`  ${JSON.stringify(forward)}`)
}

const advice = 'a gateway writes the rotation down. Start it, or add --offline when none is meant to run'

async function rotate(use: KeyUse, options: Options, config: () => Config): Promise<PublicKeys> {
  if (options.flag('offline')) {
    if (use === 'sealing')
      throw new Complaint('sealing keys are in the memory of running gateways: without one there are none', 2)
    return withService(config(), (service) => rotateKey(service, use, systemActor))
  }
  const client = await connect(options, advice)
  const words = use === 'sealing' ? { bad_request: 'its configuration has no sealing' } : {}
  return (await client.call('POST', '/admin/keys/rotate', { body: { key: use }, words })) as PublicKeys
}

/** The keys as the file has them; no gateway has to run. */
async function read(config: Config): Promise<PublicKeys> {
  return publicKeys(await openKeys(config), config.sealing !== undefined)
}

/** Made when there is none. */
async function ensureCa(options: Options, config: () => Config): Promise<PublicKeys> {
  const known = await read(config())
  return known.ca.length > 0 ? known : rotate('ca', options, config)
}

async function act(options: Options): Promise<{ readonly known: PublicKeys; readonly pem: boolean }> {
  const config = (): Config => loadConfig(options.text('config') ?? 'holdfast.yaml')
  const [word, name] = options.words
  const use = keyUses.find((one) => one === name)
  if (word === undefined) return { known: await read(config()), pem: false }
  if (word === 'ca' && name === undefined) return { known: await ensureCa(options, config), pem: true }
  if (word === 'rotate' && use !== undefined) return { known: await rotate(use, options, config), pem: false }
  throw new Complaint(
    `expected: holdfast keys, holdfast keys ca, or holdfast keys rotate ${keyUses.join('|')}`,
    2,
  )
}

export const keys: Command = {
  help: `holdfast keys [ca | rotate ${keyUses.join(' | rotate ')}] [options]

Without a word: shows them, from the key file of the configuration. A rotation goes through the running gateway, which
writes down in the audit who did it; gateways that share the key file take it over within 5 seconds.
  rotate service   the next service key becomes the current one. First ship an app that knows the next one!
  rotate token     a new key for access tokens and answers; safe at any time
  rotate forward   the same for the key backends check; first hand them the next one
  rotate ca        a new CA for client certificates, which issues from a day later; the old one is trusted until its last
                   certificate has ended. Give terminators both
  rotate wrapping  a new key for what the store holds sealed; the old one opens what is left. Safe at any time
  rotate sealing   new keys for sealed requests at once, instead of within the hour
  ca               prints the CA certificates (PEM); makes the CA when there is none

  --offline            rotate, ca: without a gateway. Runs where the key file and the store are; with the embedded
                       database, stop the gateway first. The audit says that "system" did it
${connectionHelp}

Examples:
  holdfast keys
  holdfast keys rotate token
  holdfast keys ca > ca.pem`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, offline: 'flag' }, 2)
    const { known, pem } = await act(options)
    if (options.flag('json')) print(JSON.stringify(known))
    else if (pem) for (const certificate of known.ca) print(certificate)
    else show(known)
    return 0
  },
}
