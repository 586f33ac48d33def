import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

/** How many records of one kind (sessions, codes, tokens…) are kept. A day of practice makes a few hundred. */
const recordsPerKind = 5000;

/**
 * Keeps the provider's records in memory, the newest `recordsPerKind` of each kind. Expiry is not judged here:
 * oidc-provider checks each record's `exp` when it reads it.
 *
 * Ours instead of oidc-provider's own, which is made for trying out and says so on the console at every start.
 */
export function createMemoryAdapter(): AdapterFactory {
  const kinds = new Map<string, Map<string, AdapterPayload>>();

  return function adapterFor(kind) {
    const records = kinds.get(kind) ?? new Map<string, AdapterPayload>();
    kinds.set(kind, records);
    return recordsOf(records);
  };
}

function recordsOf(records: Map<string, AdapterPayload>): Adapter {
  // A copy, because the provider changes what it reads before it decides whether to save it.
  const find = async (id: string) => structuredClone(records.get(id));

  async function findBy(field: "uid" | "userCode", value: string) {
    return structuredClone([...records.values()].find((record) => record[field] === value));
  }

  return {
    find,
    findByUid: (uid) => findBy("uid", uid),
    findByUserCode: (userCode) => findBy("userCode", userCode),

    async upsert(id, payload) {
      records.delete(id);
      records.set(id, structuredClone(payload));
      const [oldest] = records.keys();
      if (records.size > recordsPerKind && oldest !== undefined) records.delete(oldest);
    },

    async consume(id) {
      const record = records.get(id);
      if (record) record.consumed = Math.floor(Date.now() / 1000);
    },

    async destroy(id) {
      records.delete(id);
    },

    async revokeByGrantId(grantId) {
      for (const [id, record] of records) if (record.grantId === grantId) records.delete(id);
    },
  };
}
