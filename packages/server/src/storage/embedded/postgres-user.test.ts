import { chown, mkdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "./data-directory.testing.ts";
import { dataLayout } from "./data-layout.ts";
import { choosePostgresUser, findSystemUser } from "./postgres-user.ts";

const passwd = "root:x:0:0:root:/root:/bin/sh\npostgresql:x:70:70::/:/bin/sh\npostgres:x:101:104::/:/bin/sh\n";

describe("findSystemUser", () => {
  it.each([
    ["postgres", { uid: 101, gid: 104 }],
    ["nobody", null],
    ["root", null],
  ])("finds %s", (name, expected) => {
    expect(findSystemUser(name, passwd)).toEqual(expected);
  });
});

describe.runIf(process.getuid?.() === 0)("choosePostgresUser as root", () => {
  it("takes somebody unprivileged for a new directory", async () => {
    const user = await choosePostgresUser(dataLayout(await temporaryDirectory()));
    expect(user?.uid).toBeGreaterThan(0);
  });

  it("takes the owner of the data that exist", async () => {
    const layout = dataLayout(await temporaryDirectory());
    await mkdir(layout.cluster);
    await chown(layout.cluster, 4321, 1234);
    expect(await choosePostgresUser(layout)).toEqual({ uid: 4321, gid: 1234 });
  });

  it("takes the owner of the data directory", async () => {
    const layout = dataLayout(await temporaryDirectory());
    await chown(layout.root, 4321, 1234);
    expect(await choosePostgresUser(layout)).toEqual({ uid: 4321, gid: 1234 });
  });

  it("refuses data that belong to root, and says what to do", async () => {
    const layout = dataLayout(await temporaryDirectory());
    await mkdir(layout.cluster);
    await expect(choosePostgresUser(layout)).rejects.toMatchObject({
      code: "data_inaccessible",
      message: expect.stringMatching(/belongs to user 0.*chown -R \d+/),
    });
  });
});
