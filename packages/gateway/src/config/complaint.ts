/**
 * Something the person at the terminal can mend: a wrong option, a wrong line in holdfast.yaml, a store that is not there.
 * Printed as it stands, without a stack. Everything else that is thrown is a fault of ours and shows where it came from.
 */
export class Complaint extends Error {
  override readonly name = 'Complaint'
  /** 2: the command or the configuration is wrong; 1: it is right and failed. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2) {
    super(message)
    this.exitCode = exitCode
  }
}

const listenAdvice: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there already, perhaps a gateway that still runs; stop it or choose another',
  EACCES: 'this user may not; ports below 1024 need a privilege',
  EADDRNOTAVAIL: 'this machine has no such address',
}

/** `key` is where the configuration names the address. */
export function cannotListen(
  error: unknown,
  { host, port, key }: { readonly host: string; readonly port: number; readonly key: string },
): Complaint {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  const advice = listenAdvice[code] ?? 'check the address'
  return new Complaint(`cannot listen on ${host}:${port} (${code}): ${advice} (${key}.host, ${key}.port)`, 1)
}
