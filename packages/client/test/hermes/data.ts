/** What the program was given beside its code. */
type Given = {
  readonly files?: Readonly<Record<string, string>>
  readonly outside?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly recording?: unknown
}
declare const hermesData: Given
export const given: Given = hermesData
