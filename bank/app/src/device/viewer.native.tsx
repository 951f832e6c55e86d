/**
 * Shows a PDF out of memory: nothing of React Native's own does, and the packages that do want a file, which would lie there in the clear.
 * So a phone says that it cannot, until a view of its own draws pages from octets.
 */
import type { ComponentType } from 'react'

export type PdfViewProps = {
  readonly pdf: Uint8Array
  /** What a screen reader calls it. */
  readonly title: string
}

/** Whether a PDF can be shown inside the app at all. */
export function canShowPdf(): boolean {
  return false
}

/** Never asked for where {@link canShowPdf} says no. */
export const PdfView: ComponentType<PdfViewProps> = () => null
