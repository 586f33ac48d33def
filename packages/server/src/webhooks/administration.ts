import type { Clock } from "../clock/clock.ts";
import { randomSecret } from "../crypto/digest.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { isUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Deliveries, DeliverySelection, LoggedAttempt, LoggedDelivery, Outcome } from "../deliveries/index.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Database, Queries } from "../storage/database.ts";
import { assertEndpoint, type EndpointInput, type EndpointRules } from "./endpoint.ts";
import { makeMessage } from "./message.ts";
import { type ReplayRange, replayRange } from "./replay.ts";
import { createSecret, formatForReceiver, parseSecret } from "./secrets.ts";
import type { SignatureScheme, SigningSecret } from "./signature.ts";
import {
  type EndpointStatus,
  expireSecrets,
  findEndpoint,
  insertEndpoint,
  insertSecret,
  listEndpoints,
  listSecrets,
  setHearsFrom,
} from "./store.ts";
import { sealPurpose } from "./targets.ts";

export interface NewEndpoint extends EndpointInput {
  /** Default: `v1`. */
  readonly scheme?: SignatureScheme | undefined;
  /** A shared secret that the receiver has already (`whsec_…`). Default: a new one. */
  readonly secret?: string | undefined;
}

/** What the receiver verifies with. Shown once, when it is made. */
export interface ShownSecret {
  readonly endpoint: EndpointStatus;
  /** `whsec_…`, or `whpk_…` for `v1a`. */
  readonly secret: string;
}

/** What is to be sent anew: a range of time, messages by their ids, or what was given up. */
export type ReplayRequest = ReplayRange | { readonly messageIds: readonly string[] } | { readonly state: "failed" };

/** Endpoints that hear of events, and what became of each message. */
export interface WebhookAdministration {
  /** @throws AppError `invalid_request`, with every problem */
  create(endpoint: NewEndpoint): Promise<ShownSecret>;
  list(): Promise<EndpointStatus[]>;
  /** @throws AppError `not_found`, as do all that name an endpoint */
  find(id: string): Promise<EndpointStatus>;
  /** Makes a new secret. The former ones sign beside it for so many seconds; 0 ends them at once. */
  rotateSecret(id: string, keepSeconds: number): Promise<ShownSecret>;
  enable(id: string): Promise<void>;
  disable(id: string): Promise<void>;
  /** Removes an endpoint with its messages and their log. */
  remove(id: string): Promise<void>;
  /** Sends a `webhook.test` here and now; it is not tried again. */
  test(id: string): Promise<Outcome>;
  /** Sends messages anew; answers with how many. */
  replay(id: string, request: ReplayRequest): Promise<number>;
  /** The delivery log of an endpoint, newest first. */
  deliveries(selection: DeliverySelection, limit: number): Promise<LoggedDelivery[]>;
  attempts(deliveryId: string): Promise<LoggedAttempt[]>;
}

export interface WebhookAdministrationDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly keyRing: KeyRing;
  readonly rules: EndpointRules;
  readonly queue: Deliveries;
}

// Longer than the test itself takes: nobody else sends it meanwhile.
const testHeldMs = 60_000;

export function createWebhookAdministration(deps: WebhookAdministrationDeps): WebhookAdministration {
  const { database, clock, events, queue, rules } = deps;
  const now = () => new Date(clock.now());

  async function find(id: string): Promise<EndpointStatus> {
    const found = isUuid(id) ? await findEndpoint(database.queries, id) : null;
    if (!found) throw new AppError("not_found", `There is no webhook ${id}.`);
    return found;
  }

  async function storeSecret(queries: Queries, endpointId: string, { scheme, key }: SigningSecret): Promise<void> {
    const sealedKey = deps.keyRing.seal(key, sealPurpose(endpointId));
    await insertSecret(queries, { id: uuidv7(clock.now()), endpointId, scheme, sealedKey, createdAt: now() });
  }

  async function create({ scheme = "v1", secret: given, ...input }: NewEndpoint): Promise<ShownSecret> {
    assertEndpoint(input, rules);
    if (given !== undefined && scheme !== "v1") {
      throw new AppError("invalid_request", "Only a v1 secret can be brought along: of v1a we keep the private key.");
    }
    const secret = given === undefined ? createSecret(scheme) : parseSecret(given);
    const id = uuidv7(clock.now());
    const { url, description = null, events: patterns, clients = [], accounts = [] } = input;
    const createdAt = now();
    await database.transaction(async (tx) => {
      await queue.addDestination(tx, id);
      const filters = { events: patterns, clients, accounts };
      await insertEndpoint(tx, { id, url, description, ...filters, createdAt, hearsFrom: createdAt });
      await storeSecret(tx, id, secret);
    });
    return { endpoint: await find(id), secret: formatForReceiver(secret) };
  }

  async function rotateSecret(id: string, keepSeconds: number): Promise<ShownSecret> {
    const endpoint = await find(id);
    const [newest] = await listSecrets(database.queries, id, now());
    const secret = createSecret(newest?.scheme ?? "v1");
    const expiresAt = new Date(clock.now() + keepSeconds * 1000);
    await database.transaction(async (tx) => {
      await expireSecrets(tx, id, { now: now(), expiresAt });
      await storeSecret(tx, id, secret);
    });
    return { endpoint, secret: formatForReceiver(secret) };
  }

  async function test(id: string): Promise<Outcome> {
    await find(id);
    const at = now();
    const message = makeMessage("webhook.test", {
      id: `evt_${randomSecret(16)}`,
      at,
      data: { webhook_id: id, text: "It works: you have received a test message from Holdfast." },
    });
    const notBefore = new Date(at.getTime() + testHeldMs);
    const shared = { messageId: message.id, type: message.type, body: JSON.stringify(message) };
    await queue.enqueue(database.queries, [{ ...shared, destinationId: id, occurredAt: at, notBefore }]);
    const [made] = await queue.list({ destinationId: id, messageIds: [message.id] }, 1);
    const outcome = made && (await queue.attemptNow(made.id));
    if (!outcome) throw new AppError("temporarily_unavailable", "The test message was removed before it was sent.");
    return outcome;
  }

  async function replay(id: string, request: ReplayRequest): Promise<number> {
    const endpoint = await find(id);
    if ("from" in request) return replayRange({ database, deliveries: queue }, endpoint, request);
    if ("state" in request) return queue.resendSelected({ destinationId: id, state: request.state });
    const { messageIds } = request;
    const states = ["delivered", "failed"] as const;
    const counts = states.map((state) => queue.resendSelected({ destinationId: id, messageIds, state }));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  return {
    create,
    list: () => listEndpoints(database.queries),
    find,
    rotateSecret,
    async enable(id) {
      await find(id);
      await database.transaction(async (tx) => {
        // A replay sends what was missed, to whoever wants that.
        if (await queue.enableDestination(tx, id)) await setHearsFrom(tx, id, now());
      });
      events.announce();
    },
    async disable(id) {
      await find(id);
      await database.transaction(async (tx) => {
        if (!(await queue.disableDestination(tx, id, "operator"))) return;
        await events.append(tx, { type: "webhook.disabled", data: { webhook_id: id, reason: "operator" } });
      });
      events.announce();
    },
    async remove(id) {
      await find(id);
      await queue.removeDestination(database.queries, id);
    },
    test,
    async replay(id, request) {
      const count = await replay(id, request);
      if (count > 0) events.announce();
      return count;
    },
    async deliveries(selection, limit) {
      await find(selection.destinationId);
      return queue.list(selection, limit);
    },
    attempts: (deliveryId) => queue.attemptsOf(deliveryId),
  };
}
