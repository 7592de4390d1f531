import fc from "fast-check";

/** What happens to one stack, by a command of its own or by somebody's hand. */
export type Happening = Command | { readonly kind: "rename" | "alias" | "namespace" | "lose" | "begin" };

export interface Command {
  readonly kind: "up" | "destroy";
  /** The bits of its two images; undefined for one that the program doesn't have. */
  readonly bits: readonly [string, string | undefined];
  readonly retain: number;
  readonly refresh: boolean;
  readonly forced: boolean;
  readonly rolloutFails: boolean;
  readonly importFails: boolean;
  readonly answerIsLost: boolean;
  /** Ctrl-C, so many seconds after its start. */
  readonly interruptedAfter?: number;
  /** kill -9 at the n-th request. */
  readonly killed?: { readonly request: number; readonly when: "before" | "after" };
}

/** One or two stacks at once: the number of each, and what it does. */
export type Moment = readonly (readonly [number, Happening])[];

const seldom = fc.nat(4).map((number) => number === 0);
const bits = fc.constantFrom("a", "b", "c");
const anyCommand: fc.Arbitrary<Command> = fc.record({
  kind: fc.constantFrom("up", "up", "up", "destroy"),
  bits: fc.tuple(bits, fc.option(bits, { nil: undefined, freq: 1 })),
  retain: fc.nat(2),
  refresh: seldom,
  forced: seldom,
  rolloutFails: seldom,
  importFails: seldom,
  answerIsLost: seldom,
  interruptedAfter: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
  killed: fc.option(fc.record({ request: fc.integer({ min: 1, max: 25 }), when: fc.constantFrom("before", "after") }), {
    nil: undefined,
    freq: 2,
  }),
});
const hand = fc.constantFrom("rename", "alias", "namespace", "lose", "begin").map((kind) => ({ kind }) as const);
const happening = fc.tuple(fc.nat(3), fc.oneof({ arbitrary: anyCommand, weight: 4 }, { arbitrary: hand, weight: 1 }));
export const moments: fc.Arbitrary<readonly Moment[]> = fc.array(fc.array(happening, { minLength: 1, maxLength: 2 }), {
  minLength: 2,
  maxLength: 8,
});

/** Seconds by which lists lag behind. */
export const lags = fc.constantFrom(0, 0, 2);

/** A command with most of its mishaps, but for what is said otherwise. */
function command(kind: Command["kind"]) {
  const mishaps = { refresh: true, forced: true, rolloutFails: true, importFails: true, answerIsLost: true };
  return (of: string, less: Partial<Command> = {}): Command => ({ kind, bits: [of, undefined], retain: 0, ...mishaps, ...less });
}
const [up, destroy] = [command("up"), command("destroy")];

/** What was found to lose an image, to import one again or to leave one behind: seed, lag and moments. */
export const found: [number, number, readonly Moment[]][] = [
  [
    0,
    0,
    [
      [[0, up("b", { retain: 1, importFails: false })]],
      [
        [1, up("b", { killed: { request: 6, when: "before" } })],
        [0, destroy("a", { killed: { request: 9, when: "after" } })],
      ],
    ],
  ],
  [
    0,
    2,
    [
      [
        [0, up("c", { importFails: false })],
        [0, up("a")],
      ],
      [
        [0, up("a")],
        [3, up("a", { importFails: false })],
      ],
      [[0, up("b", { retain: 1, forced: false, rolloutFails: false, importFails: false, killed: { request: 13, when: "before" } })]],
    ],
  ],
  [
    0,
    2,
    [
      [[0, up("a", { importFails: false, answerIsLost: false, interruptedAfter: 0 })]],
      [
        [0, up("b", { retain: 1, forced: false, answerIsLost: false, interruptedAfter: 0 })],
        [1, up("b", { importFails: false, answerIsLost: false })],
      ],
      [[1, up("a")]],
      [[0, up("b", { forced: false, rolloutFails: false })]],
    ],
  ],
  [
    0,
    0,
    [
      [[0, up("a", { answerIsLost: false, interruptedAfter: 0 })]],
      [
        [0, up("a", { refresh: false, forced: false, importFails: false })],
        [0, { kind: "rename" }],
      ],
      [
        [3, up("a")],
        [0, up("a", { forced: false })],
      ],
      [[0, destroy("a", { killed: { request: 8, when: "after" } })]],
    ],
  ],
  [
    0,
    0,
    [
      [
        [3, up("a", { importFails: false })],
        [0, up("c")],
      ],
      [[0, up("a", { retain: 1, rolloutFails: false, importFails: false, killed: { request: 18, when: "before" } })]],
      [[0, up("c", { forced: false, rolloutFails: false })]],
      [[0, up("a")]],
    ],
  ],
  [
    0,
    0,
    [
      [[0, up("a", { importFails: false })]],
      [[0, up("a")]],
      [[0, up("b", { forced: false })]],
      [
        [0, up("a", { retain: 1, rolloutFails: false })],
        [0, up("a")],
      ],
    ],
  ],
  [
    0,
    0,
    [
      [[0, up("c", { importFails: false })]],
      [
        [1, up("a", { importFails: false })],
        [0, { kind: "rename" }],
      ],
      [
        [0, up("a", { forced: false, killed: { request: 9, when: "before" } })],
        [0, up("a")],
      ],
      [
        [0, up("a", { rolloutFails: false })],
        [0, up("a")],
      ],
      [
        [0, { kind: "lose" }],
        [0, up("a")],
      ],
    ],
  ],
  [
    0,
    0,
    [
      [[0, up("a", { importFails: false })]],
      [[0, up("a")]],
      [
        [0, up("a", { killed: { request: 6, when: "after" } })],
        [0, { kind: "rename" }],
      ],
      [[0, up("a", { forced: false })]],
      [[0, { kind: "lose" }]],
    ],
  ],
  // Fails where the release of an owner leaves what a killed replacement has begun.
  [
    0,
    0,
    [
      [[1, up("b", { importFails: false, interruptedAfter: 2 })]],
      [[3, up("b", { rolloutFails: false, killed: { request: 20, when: "before" } })]],
      [[1, { kind: "lose" }]],
      [[0, up("a")]],
      [[0, { kind: "rename" }]],
    ],
  ],
  // Fails where an image that was found after a lost answer is taken to carry all that was sent.
  [
    0,
    2,
    [
      [[0, { kind: "namespace" }]],
      [
        [0, up("b", { importFails: false, answerIsLost: false })],
        [1, up("b")],
      ],
      [[1, up("b")]],
      [[0, up("a")]],
      [[0, { kind: "rename" }]],
    ],
  ],
  // Fails where the end of a stray is taken for the end of the lineage, which has others.
  [
    0,
    2,
    [
      [[3, up("a")]],
      [
        [0, up("b", { importFails: false, answerIsLost: false })],
        [1, up("b", { retain: 1, refresh: false, forced: false, importFails: false, killed: { request: 17, when: "after" } })],
      ],
      [[0, up("a", { retain: 1, killed: { request: 1, when: "before" } })]],
    ],
  ],
  // Fails where another's delete takes the digest off an image that is being imported, and nobody puts it back.
  [
    0,
    0,
    [
      [[3, up("a", { importFails: false, answerIsLost: false, interruptedAfter: 0 })]],
      [
        [1, up("a", { rolloutFails: false, killed: { request: 19, when: "after" } })],
        [0, up("a")],
      ],
      [[1, { kind: "lose" }]],
      [[0, { kind: "rename" }]],
      [[0, up("a")]],
    ],
  ],
  // Fails where an update that ends an import doesn't put back what others' deletes have taken off.
  [
    0,
    2,
    [
      [[0, up("b")]],
      [
        [0, destroy("a", { killed: { request: 12, when: "after" } })],
        [0, up("a")],
      ],
      [
        [3, up("b", { importFails: false, answerIsLost: false, interruptedAfter: 0 })],
        [0, destroy("a", { importFails: false, answerIsLost: false })],
      ],
    ],
  ],
  // Fails where a delete asks lists alone who else carries a tag.
  [
    0,
    2,
    [
      [[0, up("b")]],
      [[3, up("b")]],
      [[3, destroy("a", { killed: { request: 8, when: "before" } })]],
      [[0, up("a", { killed: { request: 1, when: "before" } })]],
      [
        [0, destroy("a", { importFails: false, answerIsLost: false })],
        [1, up("b", { importFails: false, answerIsLost: false, interruptedAfter: 0 })],
      ],
    ],
  ],
  // Fails where a refresh doesn't see that an image has lost its digest.
  [
    0,
    0,
    [
      [
        [3, up("a")],
        [0, up("a", { answerIsLost: false, interruptedAfter: 0 })],
      ],
      [
        [0, up("c", { importFails: false })],
        [0, { kind: "rename" }],
      ],
      [[0, up("a", { retain: 1, rolloutFails: false })]],
      [
        [1, destroy("a", { importFails: false, answerIsLost: false })],
        [0, destroy("a", { importFails: false, answerIsLost: false, killed: { request: 12, when: "after" } })],
      ],
      [[0, { kind: "rename" }]],
      [[0, up("a")]],
    ],
  ],
];
