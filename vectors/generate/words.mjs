/** The list of docs/protocol.md 4.3, in its order, which never changes. */
export const words = `
acorn adobe agent alarm album alpha amber anchor apple april apron arena armor arrow aspen atlas attic
autumn badge bagel baker bamboo banjo barley basil beach beacon berry bingo birch bishop bison blanket
blossom bonnet border bottle boulder bramble bread breeze brick bridge bronze brook bucket butter button
cabin cable cactus camel candle canoe canyon carbon cargo carpet castle cedar cello chalk cherry chess
circle citrus clover cobalt cocoa coffee comet copper coral cotton cradle crane crater cricket crown
crystal cubic daisy dancer delta denim desert diamond dolphin domino donkey dragon drum eagle earth echo
elbow ember engine fabric falcon feather fern fiddle finch flag flame flannel flute forest fossil
fountain fox galaxy garden garlic garnet gecko ginger glacier glider globe goblet granite grape gravel
guitar hammer harbor harvest hazel helmet heron hockey honey hornet icicle igloo indigo iris island ivory
jacket jasmine jersey jigsaw jungle juniper kayak kettle kiosk kite koala ladder lagoon lantern laurel
lemon lentil lily linen lizard lobster locket lotus lumber magnet mango maple marble meadow melon mentor
meteor mirror mitten monkey mosaic muffin mustard nectar needle nickel noodle north nutmeg oasis ocean
olive onion opal orbit orchid otter oyster paddle palace panda paper parrot pasta pearl pebble pencil
pepper piano pigeon pillow pilot planet plaza plum pocket polar pony poplar puzzle quartz quill rabbit
radar raven ribbon ridge river robin rocket saddle saffron salmon sandal sapphire saturn scarf shadow
silver sparrow spruce squirrel summit sunset swan tango temple thistle thunder tiger timber topaz tulip
tundra turtle umbrella valley velvet violet walnut
`
  .trim()
  .split(/\s+/)
