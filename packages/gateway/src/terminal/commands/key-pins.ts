import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Command, print, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'
import { pinOfPem } from '../../pins.ts'

function readPin(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Complaint(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, 2)
  }
  const pin = pinOfPem(text)
  if (pin !== null) return pin
  const encrypted = text.includes('ENCRYPTED')
  throw new Complaint(
    encrypted
      ? `${file} is encrypted: give the certificate of this key, its request or its public half instead`
      : `${file}: expected a certificate, a certification request, a public or a private key in PEM`,
    2,
  )
}

function currentFile(cert: string | undefined, key: string | undefined): string {
  const file = cert ?? key
  if (file === undefined || (cert !== undefined && key !== undefined))
    throw new Complaint('expected --cert FILE or --key FILE: the TLS key in use; see --help', 2)
  return file
}

type Named = { readonly file: string; readonly pin: string }

/** A pin that is there twice is no reserve, whatever the files are called. */
function checkReserve(current: Named, backups: readonly Named[]): void {
  if (backups.length === 0)
    throw new Complaint(
      'a backup is missing: name a key held in reserve with --backup FILE. With the pin of one key alone, every phone would refuse\n' +
        'the service from the moment that key is lost or stolen and has to be replaced, until it fetches a new statement.\n' +
        'Make one, keep it apart from this machine, and give its public half here:\n' +
        '  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out reserve.key\n' +
        '  openssl pkey -in reserve.key -pubout -out reserve.pub',
      2,
    )
  const all = [current, ...backups]
  for (const [i, { file, pin }] of all.entries()) {
    const twin = all.slice(0, i).find((earlier) => earlier.pin === pin)
    if (twin !== undefined)
      throw new Complaint(
        `${file} is the same key as ${twin.file}: a backup is another key, kept elsewhere`,
        2,
      )
  }
}

export const keyPins: Command = {
  help: `holdfast keys pins (--cert FILE | --key FILE) --backup FILE… [--json]

Prints the pins of TLS keys as holdfast.yaml takes them: SHA-256 of each key's SubjectPublicKeyInfo, which stays the same
when a certificate is renewed for the same key. Each FILE is PEM: a certificate or chain, a certification request, a public
or a private key. It only reads them.
  --cert FILE, --key FILE   the key in use
  --backup FILE             a key held in reserve, for the day the first is lost or stolen; may be given more than once
  --json                    {"pins":[…]}

To change keys: put the new one's pin beside the others and restart, wait until every statement made before has ended
(policy statementSeconds, one hour), show the new key, then take the old pin out.

Example:
  holdfast keys pins --cert fullchain.pem --backup reserve.pub`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { cert: 'text', key: 'text', backup: 'texts', json: 'flag' })
    const named = (file: string): Named => ({ file, pin: readPin(file) })
    const current = named(currentFile(options.text('cert'), options.text('key')))
    const backups = options.texts('backup').map(named)
    checkReserve(current, backups)
    const pins = [current, ...backups]
    if (options.flag('json')) {
      print(JSON.stringify({ pins: pins.map(({ pin }) => pin) }))
      return 0
    }
    print('pins:')
    for (const { file, pin } of pins)
      print(`  - ${pin} # ${file === current.file ? 'in use' : 'in reserve'}: ${basename(file)}`)
    return 0
  },
}
