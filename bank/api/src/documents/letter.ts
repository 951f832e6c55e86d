/**
 * The bank's paper: letterhead, address, page numbers, and the type everything is set in. The same content makes the same bytes: nothing
 * in the file comes from the clock.
 */
// oxlint-disable-next-line import/no-named-as-default -- its types know only the default
import PDFDocument from 'pdfkit'
import type { Day } from '../day.ts'
import { printable } from './type.ts'

export const colours = {
  ink: '#17211c',
  muted: '#5d6b64',
  alder: '#1c5140',
  line: '#d5ddd8',
  tint: '#f1f5f2',
} as const

export const faces = { plain: 'Helvetica', bold: 'Helvetica-Bold' } as const

/** In points: A4, and where text stands on it. */
export const page = { width: 595.28, height: 841.89, left: 62, right: 533.28, top: 118, bottom: 776 } as const

export type Addressee = { readonly name: string; readonly address: string }

export type Letter = {
  readonly title: string
  /** Under the title. */
  readonly subtitle: string
  readonly date: Day
  readonly to: Addressee
  /** Label and value, beside the address. */
  readonly facts: ReadonlyArray<readonly [string, string]>
}

type TextStyle = {
  readonly size?: number
  readonly face?: keyof typeof faces
  readonly colour?: keyof typeof colours
  readonly align?: 'left' | 'right'
  /** Of the column. Text that is longer ends in an ellipsis. */
  readonly width?: number
}

/** A sheet that is written from top to bottom. `y` is where the next thing goes. */
export class Sheet {
  readonly pdf: PDFKit.PDFDocument
  y: number = page.top
  readonly #running: string
  readonly #onBreak: Array<() => void> = []

  /** `running`: what stands at the top of every page but the first. */
  constructor(pdf: PDFKit.PDFDocument, running: string) {
    this.pdf = pdf
    this.#running = running
  }

  /** One line at `x`; does not move `y`. */
  put(text: string, x: number, y: number, style: TextStyle = {}): void {
    const { size = 9, face = 'plain', colour = 'ink', align = 'left', width = page.right - x } = style
    const fitted = this.#fit(printable(text), size, face, width)
    const shift = align === 'right' ? width - this.pdf.widthOfString(fitted) : 0
    this.pdf.fillColor(colours[colour]).text(fitted, x + shift, y, { lineBreak: false })
  }

  /** Whole lines of running text; moves `y` below them. */
  paragraph(text: string, style: { size?: number; colour?: keyof typeof colours } = {}): void {
    const { size = 9.5, colour = 'ink' } = style
    const width = page.right - page.left
    const set = printable(text)
    this.pdf.font(faces.plain).fontSize(size)
    const height = this.pdf.heightOfString(set, { width, lineGap: 3 })
    this.need(height)
    this.pdf.font(faces.plain).fontSize(size).fillColor(colours[colour])
    this.pdf.text(set, page.left, this.y, { width, lineGap: 3 })
    this.y += height + 8
  }

  heading(text: string): void {
    this.need(60)
    this.put(text, page.left, this.y + 6, { size: 11, face: 'bold', colour: 'alder' })
    this.y += 26
  }

  rule(y: number): void {
    this.pdf.moveTo(page.left, y).lineTo(page.right, y).lineWidth(0.6).strokeColor(colours.line).stroke()
  }

  /** Goes to a new page where `height` would not fit. */
  need(height: number): void {
    if (this.y + height <= page.bottom) return
    this.pdf.addPage()
    letterhead(this)
    this.put(this.#running, page.left, 94, { size: 9, colour: 'muted' })
    this.y = page.top + 6
    for (const repeat of this.#onBreak) repeat()
  }

  /** Runs `act` with `head` repeated at the top of each page it begins. */
  withHead(head: () => void, act: () => void): void {
    head()
    this.#onBreak.push(head)
    act()
    this.#onBreak.pop()
  }

  #fit(text: string, size: number, face: keyof typeof faces, width: number): string {
    this.pdf.font(faces[face]).fontSize(size)
    if (this.pdf.widthOfString(text) <= width) return text
    let kept = text
    while (kept !== '' && this.pdf.widthOfString(`${kept}…`) > width) kept = kept.slice(0, -1)
    return `${kept.trimEnd()}…`
  }
}

/** The finished PDF. `write` puts the content below title and address. */
export async function printLetter(letter: Letter, write: (sheet: Sheet) => void): Promise<Buffer> {
  const { title, subtitle, date, to } = letter
  const pdf = new PDFDocument({
    size: 'A4',
    // Where lines end is decided here, not by the library.
    margin: 0,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: `${title}, ${subtitle}`,
      Author: 'Alder Bank',
      Creator: 'Alder Bank',
      Producer: 'Alder Bank',
      CreationDate: new Date(`${date}T12:00:00Z`),
    },
  })
  const sheet = new Sheet(pdf, `${title}, ${subtitle}`)
  letterhead(sheet)
  address(sheet, to)
  factsBeside(sheet, letter.facts)
  sheet.put(title, page.left, 236, { size: 21, face: 'bold', colour: 'alder' })
  sheet.put(subtitle, page.left, 264, { size: 11, colour: 'muted' })
  sheet.y = 296
  write(sheet)
  number(sheet)
  return collect(pdf)
}

function letterhead(sheet: Sheet): void {
  leaf(sheet.pdf, page.left, 40)
  sheet.put('Alder Bank', page.left + 30, 46, { size: 16, face: 'bold', colour: 'alder' })
  const right = { size: 7.5, colour: 'muted', align: 'right', width: 200 } as const
  sheet.put('Alder Bank AG, Erlenufer 4, 20990 Nordhaven', page.right - 200, 44, right)
  sheet.put('alderbank.example', page.right - 200, 55, right)
  sheet.rule(80)
}

/** An alder leaf: round, with its notch at the tip, and three veins. */
function leaf(pdf: PDFKit.PDFDocument, x: number, y: number): void {
  pdf
    .moveTo(x + 11, y + 23)
    .bezierCurveTo(x - 3, y + 19, x - 2, y + 2, x + 7, y)
    .quadraticCurveTo(x + 10, y, x + 11, y + 3)
    .quadraticCurveTo(x + 12, y, x + 15, y)
    .bezierCurveTo(x + 24, y + 2, x + 25, y + 19, x + 11, y + 23)
    .fill(colours.alder)
  pdf.lineWidth(1.1).lineCap('round').strokeColor('#ffffff')
  pdf.moveTo(x + 11, y + 27).lineTo(x + 11, y + 7)
  pdf.moveTo(x + 11, y + 18).lineTo(x + 16.5, y + 12.5)
  pdf
    .moveTo(x + 11, y + 15)
    .lineTo(x + 5.5, y + 9.5)
    .stroke()
}

function address(sheet: Sheet, { name, address: lines }: Addressee): void {
  for (const [i, line] of [name, ...lines.split('\n')].entries())
    sheet.put(line, page.left, page.top + 14 + i * 14, { size: 10.5 })
}

function factsBeside(sheet: Sheet, facts: Letter['facts']): void {
  for (const [i, [label, value]] of facts.entries()) {
    const y = page.top + 14 + i * 15
    sheet.put(label, 330, y + 0.5, { size: 8.5, colour: 'muted' })
    sheet.put(value, 400, y, { size: 9, align: 'right' })
  }
}

function number({ pdf }: Sheet): void {
  const { count } = pdf.bufferedPageRange()
  for (let i = 0; i < count; i++) {
    pdf.switchToPage(i)
    const foot = new Sheet(pdf, '')
    foot.rule(792)
    const style = { size: 7.5, colour: 'muted' } as const
    foot.put('Alder Bank AG · made without a signature and valid without one', page.left, 801, style)
    foot.put(`Page ${i + 1} of ${count}`, page.right - 100, 801, { ...style, align: 'right', width: 100 })
  }
}

async function collect(pdf: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  pdf.end()
  for await (const chunk of pdf) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}
