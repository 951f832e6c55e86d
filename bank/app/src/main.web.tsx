/** The app in a browser. */
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { openApp } from './start.ts'

const root = document.querySelector('#root') as HTMLElement
createRoot(root).render(<App app={await openApp()} />)
