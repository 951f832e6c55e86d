/** The camera, looked through for a code several times a second. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

export type CameraProblem = 'refused' | 'missing' | 'busy'

/** Between two looks, in milliseconds. */
const pause = 150

const names: Readonly<Record<string, CameraProblem>> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotReadableError: 'busy',
  AbortError: 'busy',
}
const problemOf = (error: unknown): CameraProblem =>
  (error instanceof DOMException && names[error.name]) || 'missing'

/** Null where the picture cannot be had yet. */
function pictureOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  const { videoWidth: width, videoHeight: height } = video
  if (width === 0 || height === 0) return null
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context?.drawImage(video, 0, 0, width, height)
  return context?.getImageData(0, 0, width, height) ?? null
}

/** Looks until `found` takes what it is given, or until it is aborted. */
async function watch(
  video: HTMLVideoElement,
  found: (text: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { readCode } = await import('./read-code.ts')
  const canvas = document.createElement('canvas')
  while (!signal.aborted) {
    const picture = pictureOf(video, canvas)
    const text = picture === null ? null : await readCode(picture)
    if (text !== null && !signal.aborted && found(text)) return
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

export type Camera = {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly seeing: boolean
  readonly problem: CameraProblem | null
  readonly again: () => void
}

/** `onText` says whether it was what is looked for. The camera is off as soon as the screen goes. */
export function useCamera(onText: (text: string) => boolean): Camera {
  const video = useRef<HTMLVideoElement>(null)
  const [seeing, setSeeing] = useState(false)
  const [problem, setProblem] = useState<CameraProblem | null>(null)
  const [tries, setTries] = useState(0)
  const latest = useRef(onText)
  latest.current = onText
  useEffect(() => {
    const over = new AbortController()
    const off = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop())
    async function look(): Promise<void> {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
        audio: false,
      })
      over.signal.addEventListener('abort', () => off(stream))
      const { current: screen } = video
      if (over.signal.aborted || screen === null) return off(stream)
      screen.srcObject = stream
      await screen.play()
      setSeeing(true)
      await watch(screen, (text) => latest.current(text), over.signal)
      off(stream)
    }
    setSeeing(false)
    setProblem(null)
    look().catch((error: unknown) => {
      if (!over.signal.aborted) setProblem(problemOf(error))
    })
    return () => over.abort()
  }, [tries])
  return { video, seeing, problem, again: useCallback(() => setTries((before) => before + 1), []) }
}
