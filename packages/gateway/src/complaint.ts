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
