export { type WebPlatform, type WebPlatformOptions, webPlatform } from './platform.ts'
