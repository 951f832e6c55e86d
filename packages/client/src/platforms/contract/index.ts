export { platformContract } from './platform.ts'
export type { DeviceUnderTest, MakeDevice, PlatformFeatures, TestRunner } from './runner.ts'
