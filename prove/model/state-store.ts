/** Every state found so far, whole (no state is taken for another because of its hash), in the order of finding. */
export interface StateStore {
  readonly size: number;
  /** Keeps a state unless it is there already. */
  add(bytes: Uint8Array, parent: number): void;
  /** A state's bytes; a view, not a copy. */
  read(index: number): Uint8Array;
  /** The state it was first reached from. */
  parentOf(index: number): number;
}

const empty = 0;

/** An arena of bytes with an open-addressing hash table over it: some 60 bytes a state instead of an object each. */
export function createStateStore(): StateStore {
  let arena = new Uint8Array(1 << 16);
  let ends = new Uint32Array(1 << 10);
  let parents = new Uint32Array(1 << 10);
  // Index + 1 of the state in the slot; 0 for an empty one.
  let slots = new Uint32Array(1 << 11);
  let size = 0;
  let used = 0;

  const startOf = (index: number) => (index === 0 ? 0 : (ends[index - 1] ?? 0));

  /** The slot of these bytes: theirs, or the empty one where they belong. */
  function slotOf(bytes: Uint8Array): number {
    const mask = slots.length - 1;
    let slot = hash(bytes) & mask;
    while (slots[slot] !== empty && !isAt((slots[slot] ?? 0) - 1, bytes)) slot = (slot + 1) & mask;
    return slot;
  }

  function isAt(index: number, bytes: Uint8Array): boolean {
    const start = startOf(index);
    if ((ends[index] ?? 0) - start !== bytes.length) return false;
    for (let offset = 0; offset < bytes.length; offset++) {
      if (arena[start + offset] !== bytes[offset]) return false;
    }
    return true;
  }

  const read = (index: number) => arena.subarray(startOf(index), ends[index]);

  function growTable(): void {
    slots = new Uint32Array(slots.length * 2);
    for (let index = 0; index < size; index++) slots[slotOf(read(index))] = index + 1;
  }

  return {
    get size() {
      return size;
    },
    add(bytes, parent) {
      const slot = slotOf(bytes);
      if (slots[slot] !== empty) return;
      if (used + bytes.length > arena.length) arena = grown(arena, Uint8Array);
      if (size === ends.length) {
        ends = grown(ends, Uint32Array);
        parents = grown(parents, Uint32Array);
      }
      arena.set(bytes, used);
      used += bytes.length;
      ends[size] = used;
      parents[size] = parent;
      slots[slot] = ++size;
      if (size * 2 > slots.length) growTable();
    },
    read,
    parentOf: (index) => parents[index] ?? 0,
  };
}

/** The same with room for twice as much. */
function grown<Items extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  items: Items,
  make: new (length: number) => Items,
): Items {
  const larger = new make(items.length * 2);
  larger.set(items);
  return larger;
}

/** FNV-1a, 32 bits, with a last mix because the table looks at the low bits. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < bytes.length; index++) value = Math.imul(value ^ (bytes[index] ?? 0), 0x01000193);
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}
