// Why: the screens lie outside this folder and import files by their whole names, as browsers and Node want it. Metro is told to take
// `./X.native.ts` for `./X.ts` where there is one, and React and its kind from here: in the workspace `react-native` is the one for browsers.
const path = require('node:path')
const { getDefaultConfig } = require('expo/metro-config')

const root = path.resolve(__dirname, '../../..')
const sources = path.join(root, 'bank/app/src') + path.sep
const own = /^(?:react|react-native|react-native-svg|expo(?:-[a-z-]+)?)(?:\/|$)/
const config = getDefaultConfig(__dirname)

config.watchFolders = [
  path.join(root, 'bank/app/src'),
  path.join(root, 'packages'),
  path.join(root, 'node_modules'),
]
config.resolver.nodeModulesPaths = [path.join(__dirname, 'node_modules'), path.join(root, 'node_modules')]
config.resolver.unstable_conditionNames = ['react-native', 'import', 'require', 'default']
config.resolver.resolveRequest = (context, name, platform) => {
  const { originModulePath } = context
  const isOurs = !originModulePath.startsWith(path.join(__dirname, 'node_modules'))
  if (isOurs && own.test(name))
    return context.resolveRequest(
      { ...context, originModulePath: path.join(__dirname, 'index.js') },
      name,
      platform,
    )
  const inSources =
    originModulePath.startsWith(sources) || originModulePath === path.join(__dirname, 'index.js')
  const bare = inSources && name.startsWith('.') ? name.replace(/\.tsx?$/, '') : name
  return context.resolveRequest(context, bare, platform)
}

module.exports = config
