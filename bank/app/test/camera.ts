/** What a camera sees: a QR code on paper, held a little askew, in the noise of a cheap sensor, as the video Chromium takes for its camera. */
import { writeFileSync } from 'node:fs'
import { encodeQR } from 'qr'

const width = 1280
const height = 720
const frames = 4
/** Pixels a module is wide, and by how much the paper is turned, in radians. */
const scale = 12
const angle = 0.12

/** The same noise every time. */
function createNoise(): () => number {
  let state = 0x2545f491
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return ((state >>> 24) % 37) - 18
  }
}

/** How bright the middle of the picture is at each of its pixels: white paper on a grey table. */
function brightnessOf(text: string): (x: number, y: number) => number {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const [cos, sin, half] = [Math.cos(angle), Math.sin(angle), modules.length / 2]
  return (x, y) => {
    const [dx, dy] = [(x - width / 2) / scale, (y - height / 2) / scale]
    const [column, row] = [Math.floor(cos * dx + sin * dy + half), Math.floor(cos * dy - sin * dx + half)]
    const dark = modules[row]?.[column]
    return dark === undefined ? 120 : dark ? 40 : 215
  }
}

/** YUV4MPEG2 in 4:2:0, for `--use-file-for-fake-video-capture`. */
export function writeCamera(file: string, text: string): void {
  const [brightness, noise] = [brightnessOf(text), createNoise()]
  const grey = Buffer.alloc((width * height) / 2, 128)
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)]
  for (let frame = 0; frame < frames; frame++) {
    const luma = Buffer.alloc(width * height)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) luma[y * width + x] = brightness(x, y) + noise()
    parts.push(Buffer.from('FRAME\n'), luma, grey)
  }
  writeFileSync(file, Buffer.concat(parts))
}

export function cameraArgs(file: string): string[] {
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`]
}
