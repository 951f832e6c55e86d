/** Which language the app speaks: the device's, until the user chose another. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { deviceLanguages, readChoice, writeChoice } from '../device/choices.ts'
import { nameLanguage } from '../device/focus.ts'
import { createFormat, type Format } from '../format.ts'
import { de } from './de.ts'
import { en, type Words } from './en.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const books: Readonly<Record<Language, Words>> = { en, de }

function isLanguage(text: string | null | undefined): text is Language {
  return text !== null && text !== undefined && Object.hasOwn(languages, text)
}

function firstLanguage(): Language {
  const chosen = readChoice('language')
  if (isLanguage(chosen)) return chosen
  return (
    deviceLanguages()
      .map((tag) => tag.split('-')[0])
      .find(isLanguage) ?? 'en'
  )
}

/** The device's own region where it speaks this language: dates and amounts look as its user knows them. */
function regionOf(language: Language): string {
  return deviceLanguages().find((tag) => tag.split('-')[0] === language) ?? language
}

type Speech = {
  readonly language: Language
  readonly words: Words
  readonly format: Format
  readonly speak: (language: Language) => void
}

const context = createContext<Speech | null>(null)

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage)
  useEffect(() => nameLanguage(language), [language])
  const speech = useMemo(
    () => ({
      language,
      words: books[language],
      format: createFormat(regionOf(language)),
      speak(next: Language): void {
        writeChoice('language', next)
        setLanguage(next)
      },
    }),
    [language],
  )
  return <context.Provider value={speech}>{children}</context.Provider>
}

export function useSpeech(): Speech {
  const speech = useContext(context)
  if (speech === null) throw new TypeError('no language is set')
  return speech
}

export const useWords = (): Words => useSpeech().words
export const useFormat = (): Format => useSpeech().format
