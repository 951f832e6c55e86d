// Why: Expo begins here. Everything else is in ../src, the same for phones and browsers.
import { registerRootComponent } from 'expo'
import { Main } from '../src/main.native.tsx'

registerRootComponent(Main)
