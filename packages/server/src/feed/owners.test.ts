import { describe, expect, it } from "vitest";
import { createOwners } from "./owners.ts";
import { createPlaces, type FollowerEnd, type Occupant } from "./places.ts";

/** The same, by going through all of them. */
function createModel() {
  const seats: { readonly owner: string; readonly seat: number }[] = [];
  const countOf = (owner: string) => seats.filter((each) => each.owner === owner).length;
  return {
    seats,
    countOf,
    most: () => Math.max(0, ...seats.map(({ owner }) => countOf(owner))),
    delete: (seat: number) =>
      seats.splice(
        seats.findIndex((each) => each.seat === seat),
        1,
      ),
  };
}

describe("owners of connections", () => {
  it("answer as if all were counted, whoever comes and goes", () => {
    const [owners, model] = [createOwners<number>(), createModel()];
    // Numbers that look like chance, and are the same every time.
    let state = 7;
    const next = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let seat = 0; seat < 3_000; seat++) {
      // Waves: nearly empty, then full.
      const leaves = model.seats.length > 0 && next(10) < (Math.floor(seat / 200) % 2 === 0 ? 3 : 7);
      const owner = `owner ${next(6)}`;
      if (leaves) {
        const gone = model.seats[next(model.seats.length)] ?? { owner: "", seat: -1 };
        owners.delete(gone.owner, gone.seat);
        model.delete(gone.seat);
      } else {
        owners.add(owner, seat);
        model.seats.push({ owner, seat });
      }
      expect([owners.size, owners.countOf(owner)]).toEqual([model.seats.length, model.countOf(owner)]);
      const most = model.most();
      expect(owners.newestOfMost(most + 1)).toBeUndefined();
      const found = model.seats.find((each) => each.seat === owners.newestOfMost(1));
      if (!found) expect(model.seats).toHaveLength(0);
      else {
        expect(model.countOf(found.owner)).toBe(most);
        expect(model.seats.findLast((each) => each.owner === found.owner)).toBe(found);
      }
    }
  });
});

describe("a full feed", () => {
  it("refuses without looking at those who are there: a hundred thousand refusals take no longer than some requests", () => {
    const places = createPlaces(20_000);
    const occupant = (): Occupant => ({ kind: "stream", cut: (_: FollowerEnd) => undefined });
    for (let one = 0; one < 20_000; one++) places.take(occupant(), { service: null, network: `network ${one}` });
    const begun = performance.now();
    let refused = 0;
    for (let one = 0; one < 100_000; one++) {
      refused += places.take(occupant(), { service: null, network: `other ${one % 50}` }) ? 0 : 1;
    }
    expect(refused).toBe(100_000);
    // Counting all of them took a millisecond and more each: minutes.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
