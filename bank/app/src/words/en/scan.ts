/** Reading a code with the camera. */
export const scan = {
  title: 'Scan the code',
  text: 'Point the camera at the square on the letter or screen from Alder Bank.',
  view: 'Picture of the camera',
  other: 'This is another code. It has to be the one from Alder Bank.',
  type: 'Type the code instead',
  again: 'Try again',
  starting: 'Starting the camera',
  problems: {
    refused: {
      title: 'The camera is not allowed',
      text: 'You or your browser said no. Allow the camera for this page in the settings of your browser, or type the code.',
    },
    missing: {
      title: 'No camera found',
      text: 'This phone has no camera we can use. Type the code instead.',
    },
    busy: {
      title: 'The camera is in use',
      text: 'Another app uses it. Close that one and try again, or type the code.',
    },
  },
} as const
