/** Reads a code with the camera. Null where that cannot be done: then it is typed. */
import type { ComponentType } from 'react'

export type ScanCodeProps = { readonly onCode: (text: string) => void; readonly onClose: () => void }
export const ScanCode: ComponentType<ScanCodeProps> | null = null
