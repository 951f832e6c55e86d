/** Finds a QR code in a picture (ISO/IEC 18004), by ZXing. Loaded when somebody scans: it is larger than the app. */
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

// Left to itself the library fetches it from a server of strangers.
prepareZXingModule({ overrides: { locateFile: () => wasm } })

/** The text of the first one; null when there is none. */
export async function readCode(picture: ImageData): Promise<string | null> {
  const [found] = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1 })
  return found?.isValid === true ? found.text : null
}
