/** The `holdfast` command: one table of words, one way to fail. */
import { readFileSync } from 'node:fs'
import { errors, HoldfastError } from '@holdfast/core'
import { type Command, print } from './command.ts'
import { Complaint } from '../config/complaint.ts'
import { hint } from '../config/form.ts'

type Entry = { readonly summary: string; load(): Promise<Command> }

/** Each command is loaded when it is asked for: the small ones need not wait for the database drivers of the big one. */
const commands: Readonly<Record<string, Entry>> = {
  serve: {
    summary: 'run the gateway',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  activate: {
    summary: 'make an activation code for a user',
    load: async () => (await import('./commands/activate.ts')).activate,
  },
  devices: {
    summary: 'list bound devices',
    load: async () => (await import('./commands/devices.ts')).devices,
  },
  revoke: {
    summary: 'remove a device and end its sessions everywhere',
    load: async () => (await import('./commands/revoke.ts')).revoke,
  },
  wipe: {
    summary: 'make what a phone stored unreadable, without removing it',
    load: async () => (await import('./commands/wipe.ts')).wipe,
  },
  shares: {
    summary: 'decide about a database that was put back from a backup',
    load: async () => (await import('./commands/shares.ts')).shares,
  },
  holds: {
    summary: 'list, release and refuse what the rules about transfers kept back',
    load: async () => (await import('./commands/holds.ts')).holds,
  },
  keys: {
    summary: "show the service's keys, or rotate one",
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  'keys ca': {
    summary: 'print the CA of client certificates; make it when there is none',
    async load() {
      const { keys } = await import('./commands/keys.ts')
      return { ...keys, run: (args) => keys.run(['ca', ...args]) }
    },
  },
  'keys pins': {
    summary: 'print the pins of TLS keys for holdfast.yaml',
    load: async () => (await import('./commands/key-pins.ts')).keyPins,
  },
  audit: {
    summary: 'read what was done, and by whom',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  operators: {
    summary: 'list, add and remove operators',
    load: async () => (await import('./commands/operators.ts')).operators,
  },
  explain: {
    summary: 'say why a captured request is refused',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
}

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  return `holdfast COMMAND [options]

${lines.join('\n')}

holdfast COMMAND --help says more; holdfast --version says which one this is.
Exit status: 0 done, 1 refused or failed, 2 wrong command or configuration.`
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    print(help())
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    print(version())
    return 0
  }
  const [second, ...rest] = args
  const words = `${name} ${second}`
  const two = Object.hasOwn(commands, words)
  const entry = Object.hasOwn(commands, name) ? commands[two ? words : name] : undefined
  if (entry === undefined)
    throw new Complaint(`no command "${name}"${hint(name, Object.keys(commands))}; see holdfast --help`, 2)
  const command = await entry.load()
  if (!args.includes('--help')) return command.run(two ? rest : args)
  print(command.help)
  return 0
}

/** Runs one command and resolves with the exit status; says on stderr what went wrong and what to do. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await run(argv)
  } catch (error) {
    if (error instanceof Complaint) {
      process.stderr.write(`${error.message}\n`)
      return error.exitCode
    }
    if (error instanceof HoldfastError) {
      process.stderr.write(`${error.message} (${error.code}): ${errors[error.code].next}\n`)
      return 1
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`holdfast failed, and this is a fault of Holdfast:\n${stack}\n`)
    return 1
  }
}
