/** Shows a PDF out of memory. */
import { useEffect, useState } from 'react'

export type PdfViewProps = {
  readonly pdf: Uint8Array
  /** What a screen reader calls it. */
  readonly title: string
}

/** Whether a PDF can be shown inside the app at all. */
export function canShowPdf(): boolean {
  return navigator.pdfViewerEnabled
}

/** Of the browser's own viewer the page alone: its bar offers to save what is to stay in memory. */
const look = '#toolbar=0&navpanes=0&view=FitH'

/** Its address names a piece of memory, which goes with this view. */
export function PdfView({ pdf, title }: PdfViewProps) {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([pdf.slice()], { type: 'application/pdf' }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [pdf])
  if (url === null) return null
  return (
    <iframe
      title={title}
      src={url + look}
      style={{ position: 'absolute', width: '100%', height: '100%', border: 0 }}
    />
  )
}
