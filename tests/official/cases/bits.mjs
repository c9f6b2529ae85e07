// Every op on the bits of a blob.

import { bytes, having } from "../lib/language.mjs"

const k = "k"
const five = bytes(0b00000001, 0b01000010, 0b00000011, 0b00000100, 0b00000101)
const on = (name, blob, ...ops) => ({
  name,
  steps: [
    ...(blob === undefined ? [] : [["put", k, { b: blob }]]),
    ...ops.map((op) => ["operate", k, [op]]),
    ["get", k],
  ],
})
const changes = {
  resize: [[2], [9], [0]],
  insert: [
    [1, bytes(255, 254)],
    [9, bytes(1)],
    [-1, bytes(7)],
  ],
  remove: [
    [1, 2],
    [-2, 1],
    [9, 1],
    [0, 5],
  ],
  set: [
    [1, 3, bytes(0xe0)],
    [13, 9, bytes(0xff, 0x80)],
    [-8, 8, bytes(9)],
    [40, 8, bytes(1)],
  ],
  or: [
    [0, 8, bytes(0xf0)],
    [17, 6, bytes(0xa8)],
  ],
  xor: [
    [0, 8, bytes(0xff)],
    [17, 6, bytes(0xac)],
  ],
  and: [
    [0, 8, bytes(0)],
    [17, 6, bytes(0x3c)],
  ],
  not: [
    [0, 8],
    [25, 6],
    [39, 2],
  ],
  lshift: [
    [0, 16, 3],
    [29, 11, 1],
    [0, 40, 41],
  ],
  rshift: [
    [0, 16, 3],
    [0, 9, 1],
  ],
  add: [
    [24, 16, 128],
    [32, 8, 200],
    [0, 65, 1],
  ],
  subtract: [
    [24, 16, 128],
    [32, 8, 200],
  ],
  setInt: [
    [1, 8, 127],
    [0, 16, 700],
  ],
}
const reads = {
  get: [
    [9, 5],
    [0, 40],
    [-8, 8],
    [41, 1],
    [33, 8],
  ],
  count: [
    [20, 4],
    [0, 40],
  ],
  lscan: [
    [24, 8, true],
    [0, 8, true],
    [0, 8, false],
    [32, 8, true],
  ],
  rscan: [
    [32, 8, true],
    [0, 8, false],
    [0, 1, true],
  ],
  getInt: [
    [8, 16],
    [0, 40],
    [1, 7],
    [38, 4],
  ],
}
const flags = [
  { mode: "createOnly" },
  { mode: "updateOnly" },
  { mode: "updateOnly", noFail: true },
  { noFail: true },
  { noFail: true, partial: true },
]
const text = (args) =>
  args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg).toString("hex") : arg)).join(", ")
const named = (options) =>
  Object.entries(options)
    .map(([name, value]) => (value === true ? name : value))
    .join(" ")

export default [
  ...Object.entries(changes).flatMap(([verb, calls]) => [
    ...calls.map((args) => on(`${verb}(${text(args)})`, five, [`bit.${verb}`, "b", ...args])),
    ...flags.flatMap((options) => [
      on(`${verb}(${text(calls[0])}), ${named(options)}`, five, [`bit.${verb}`, "b", ...calls[0], having(options)]),
      on(`${verb}(${text(calls.at(-1))}), ${named(options)}`, five, [
        `bit.${verb}`,
        "b",
        ...calls.at(-1),
        having(options),
      ]),
    ]),
    on(`${verb} on an absent bin`, undefined, ["write", "o", 1], [`bit.${verb}`, "b", ...calls[0]]),
    on(`${verb} on text`, "text", [`bit.${verb}`, "b", ...calls[0]]),
  ]),
  ...Object.entries(reads).flatMap(([verb, calls]) => [
    ...calls.map((args) => on(`${verb}(${text(args)})`, five, [`bit.${verb}`, "b", ...args])),
    on(`${verb} on an absent bin`, undefined, ["write", "o", 1], [`bit.${verb}`, "b", ...calls[0]]),
    on(`${verb} on a list`, [1], [`bit.${verb}`, "b", ...calls[0]]),
  ]),
  ...["fail", "saturate", "wrap"].flatMap((overflow) =>
    [false, true].flatMap((signed) => [
      on(`add beyond the end, ${overflow}${signed ? ", signed" : ""}`, bytes(127, 255), [
        "bit.add",
        "b",
        8,
        8,
        3,
        having({ overflow, signed }),
      ]),
      on(`add to a signed byte, ${overflow}${signed ? ", signed" : ""}`, bytes(127, 255), [
        "bit.add",
        "b",
        0,
        8,
        3,
        having({ overflow, signed }),
      ]),
      on(`subtract beyond the end, ${overflow}${signed ? ", signed" : ""}`, bytes(0, 128), [
        "bit.subtract",
        "b",
        0,
        8,
        3,
        having({ overflow, signed }),
      ]),
      on(`subtract from a signed byte, ${overflow}${signed ? ", signed" : ""}`, bytes(0, 128), [
        "bit.subtract",
        "b",
        8,
        8,
        3,
        having({ overflow, signed }),
      ]),
    ]),
  ),
  ...[{ fromFront: true }, { growOnly: true }, { shrinkOnly: true }, { fromFront: true, growOnly: true }].flatMap(
    (options) =>
      [2, 8].map((size) => on(`resize(${size}), ${named(options)}`, five, ["bit.resize", "b", size, having(options)])),
  ),
  on("getInt, signed", bytes(0xff, 0x80), ["bit.getInt", "b", 0, 8, having({ signed: true })]),
  on("getInt of 64 bits", bytes(255, 255, 255, 255, 255, 255, 255, 255), ["bit.getInt", "b", 0, 64]),
  on("getInt of 64 bits, signed", bytes(128, 0, 0, 0, 0, 0, 0, 0), [
    "bit.getInt",
    "b",
    0,
    64,
    having({ signed: true }),
  ]),
  on("several ops", five, ["bit.not", "b", 0, 8], ["bit.get", "b", 0, 8]),
]
