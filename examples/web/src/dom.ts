/** Elements in one line. Texts are texts: nothing here becomes markup. */
type Attributes = Readonly<Record<string, string | number | boolean | (() => void)>>
type Child = Node | string | null

/** A function is what happens on a click; true and false are attributes that are there, or not. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (typeof value === 'boolean') element.toggleAttribute(name, value)
    else element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child !== null))
  return element
}

type ButtonOptions = { readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger' }

export function button(
  text: string,
  click: () => void,
  { kind = 'primary' }: ButtonOptions = {},
): HTMLElement {
  return el('button', { type: 'button', class: kind, click }, text)
}

/** A line for what went wrong: read out at once, and there is always room for it. */
export function alertLine(): { readonly view: HTMLElement; readonly tell: (text: string) => void } {
  const view = el('p', { class: 'alert', role: 'alert' })
  return {
    view,
    tell(text): void {
      view.textContent = text
    },
  }
}

export function screen(title: string, ...children: readonly Child[]): HTMLElement {
  return el('section', { class: 'screen' }, el('h1', { tabindex: -1 }, title), ...children)
}

/** A form of one field: Enter sends it. */
export function form(send: () => void, ...children: readonly Child[]): HTMLElement {
  const view = el('form', { novalidate: true }, ...children)
  view.addEventListener('submit', (event) => {
    event.preventDefault()
    send()
  })
  return view
}
