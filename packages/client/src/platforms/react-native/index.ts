export type * from './modules.ts'
export type { ReactNativeModules } from './platform.ts'
export { reactNativePlatform } from './platform.ts'
export type { PromptTexts } from './presence.ts'
