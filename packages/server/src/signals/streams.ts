import type { Clock } from "../clock/clock.ts";
import { randomSecret } from "../crypto/digest.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { isUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Collection, Deliveries } from "../deliveries/index.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { invalid } from "../http/parameters.ts";
import type { TargetUrlRules } from "../http/target-url.ts";
import type { Service } from "../services/index.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { assertUnchanged, verificationInterval } from "./configuration.ts";
import { type SecurityEvent, verificationEvent } from "./security-event.ts";
import { toDelivery } from "./set.ts";
import { findStream, insertStream, listStreamsOf, noteVerification, type StreamChange, updateStream } from "./store.ts";
import { queueNames, type Stream, type StreamStatus, sealPurpose } from "./stream.ts";
import {
  type ChangeRequest,
  type CreateRequest,
  type DeliveryRequest,
  deliveryMethods,
  readEndpoint,
  type StatusRequest,
  type VerificationRequest,
} from "./stream-request.ts";

export interface StreamsDeps {
  readonly issuer: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly keyRing: KeyRing;
  readonly rules: TargetUrlRules;
  /** Of each method. */
  readonly queues: Readonly<Record<Stream["method"], Deliveries>>;
  readonly collection: Collection;
}

/** What a service may do with its stream. Of anybody else's it hears the same as of one that there is not. */
export interface Streams {
  /** @throws AppError `stream_exists`, `invalid_request` */
  create(service: Service, request: CreateRequest): Promise<Stream>;
  list(service: Service): Promise<Stream[]>;
  /** @throws AppError `stream_unknown`, as do all that name one */
  find(service: Service, id: string): Promise<Stream>;
  /** The same of one that is not pushed. */
  findPolled(service: Service, id: string): Promise<Stream>;
  /** Changes what is named, and leaves the rest. @throws AppError `invalid_request` */
  update(service: Service, request: ChangeRequest): Promise<Stream>;
  /** The same, and forgets what is not named. @throws AppError `invalid_request` */
  replace(service: Service, request: ChangeRequest): Promise<Stream>;
  /** Removes it with what waits for it and its log. */
  remove(service: Service, id: string): Promise<void>;
  setStatus(service: Service, request: StatusRequest): Promise<Stream>;
  /** @throws AppError `rate_limited`, `invalid_request` for a disabled stream */
  verify(service: Service, request: VerificationRequest): Promise<void>;
}

/** What stands behind both a receiver's requests and an operator's commands. */
export interface StreamChanges {
  find(id: string): Promise<Stream | null>;
  /** Queues an event of the stream itself, in the caller's transaction; answers with its `jti`. */
  tell(tx: DatabaseTransaction, stream: Stream, event: SecurityEvent, notBefore?: Date): Promise<string>;
  setStatus(tx: DatabaseTransaction, stream: Stream, status: StreamStatus, reason: string | null): Promise<void>;
}

export function createStreamChanges({ issuer, database, clock, queues, collection }: StreamsDeps): StreamChanges {
  return {
    find: async (id) => (isUuid(id) ? findStream(database.queries, id) : null),
    async tell(tx, stream, event, notBefore) {
      const jti = randomSecret(16);
      const now = clock.now();
      const delivery = toDelivery(event, { issuer, stream, jti, occurredAt: new Date(now), now });
      await queues[stream.method].enqueue(tx, [notBefore ? { ...delivery, notBefore } : delivery]);
      return jti;
    },
    async setStatus(tx, { id, method }, status, statusReason) {
      const queue = queues[method];
      // First the destination, which this locks in any case: an attempt that finds that it fails does it in this order.
      await queue.enableDestination(tx, id);
      const former = (await findStream(tx, id))?.status;
      if (status === "enabled") await collection.hasten(tx, id);
      else await queue.disableDestination(tx, id, status);
      const isBeginning = former === "disabled" && status !== "disabled";
      await updateStream(tx, id, {
        status,
        statusReason,
        ...(isBeginning ? { hearsFrom: new Date(clock.now()) } : {}),
      });
      // Nothing is held for a stream that is disabled; what was about to be when it was, is left until now.
      if (status === "disabled" || former === "disabled") await collection.withdraw(tx, { destinationId: id });
    },
  };
}

export function createStreams(deps: StreamsDeps, changes: StreamChanges): Streams {
  const { issuer, database, clock, events, keyRing, rules, queues, collection } = deps;

  async function find({ id: serviceId }: Pick<Service, "id">, id: string): Promise<Stream> {
    const stream = await changes.find(id);
    if (stream?.serviceId !== serviceId) throw new AppError("stream_unknown");
    return stream;
  }

  /** An address keeps its header as long as it stays: the receiver is not shown it, and so cannot send it back. */
  function toDeliveryColumns(id: string, request: DeliveryRequest, former: Stream | null) {
    if (request.method === deliveryMethods.poll) {
      if (request.authorization_header) throw invalid("delivery.authorization_header", "is for the method push only");
      return { method: "poll" as const, endpointUrl: null, sealedAuthorization: null };
    }
    const endpointUrl = readEndpoint(request, rules);
    const header = request.authorization_header;
    const kept = header === undefined && former?.endpointUrl === endpointUrl ? former.sealedAuthorization : null;
    const sealed = header ? keyRing.seal(Buffer.from(header), sealPurpose(id)) : kept;
    return { method: "push" as const, endpointUrl, sealedAuthorization: sealed };
  }

  /** Changes a stream as it is then: of two changes at once the second is made to what the first has left. */
  async function change(
    service: Service,
    request: ChangeRequest,
    toChange: (former: Stream) => StreamChange,
  ): Promise<Stream> {
    const id = request.stream_id;
    const { method } = await find(service, id);
    const changed = await database.transaction(async (tx) => {
      await queues[method].holdDestination(tx, id);
      const former = await findStream(tx, id);
      if (!former) throw new AppError("stream_unknown");
      assertUnchanged(issuer, former, request);
      const wanted = toChange(former);
      if (wanted.method && wanted.method !== former.method) await collection.move(tx, id, queueNames[wanted.method]);
      await updateStream(tx, id, wanted);
      return { ...former, ...wanted };
    });
    events.announce();
    return changed;
  }

  return {
    find,
    async findPolled(service, id) {
      const stream = await find(service, id);
      if (stream.method !== "poll") throw new AppError("stream_unknown", "This stream is pushed, and not for polling.");
      return stream;
    },
    list: ({ id }) => listStreamsOf(database.queries, id),
    async create({ id: serviceId }, request) {
      const id = uuidv7(clock.now());
      const createdAt = new Date(clock.now());
      const { delivery = { method: deliveryMethods.poll }, description, events_requested } = request;
      const stream: Stream = {
        ...{ id, serviceId, description: description ?? null, eventsRequested: events_requested ?? [] },
        ...toDeliveryColumns(id, delivery, null),
        ...{ status: "enabled", statusReason: null, createdAt, hearsFrom: createdAt },
      };
      await database.transaction(async (tx) => {
        await queues[stream.method].addDestination(tx, id);
        if (!(await insertStream(tx, stream))) throw new AppError("stream_exists");
      });
      return stream;
    },
    update: (service, request) =>
      change(service, request, (former) => {
        const { description, events_requested, delivery } = request;
        return {
          ...(description === undefined ? {} : { description }),
          ...(events_requested === undefined ? {} : { eventsRequested: events_requested }),
          ...(delivery === undefined ? {} : toDeliveryColumns(former.id, delivery, former)),
        };
      }),
    replace: (service, request) =>
      change(service, request, (former) => {
        const { description = null, events_requested = [], delivery = { method: deliveryMethods.poll } } = request;
        return {
          ...{ description, eventsRequested: events_requested },
          ...toDeliveryColumns(former.id, delivery, former),
        };
      }),
    async remove(service, id) {
      const { method } = await find(service, id);
      await queues[method].removeDestination(database.queries, id);
      events.announce();
    },
    async setStatus(service, { stream_id, status, reason }) {
      const stream = await find(service, stream_id);
      const statusReason = reason ?? null;
      await database.transaction((tx) => changes.setStatus(tx, stream, status, statusReason));
      events.announce();
      return { ...stream, status, statusReason };
    },
    async verify(service, { stream_id, state }) {
      const stream = await find(service, stream_id);
      if (stream.status === "disabled")
        throw new AppError("invalid_request", "The stream is disabled: nothing is sent.");
      const now = new Date(clock.now());
      const lastBefore = new Date(clock.now() - verificationInterval * 1000);
      await database.transaction(async (tx) => {
        if (!(await noteVerification(tx, stream.id, { now, lastBefore }))) {
          const detail = `A verification event may be asked for every ${verificationInterval} seconds.`;
          throw new AppError("rate_limited", detail, { retryAfterSeconds: verificationInterval });
        }
        await changes.tell(tx, stream, verificationEvent(stream.id, state ?? undefined));
      });
      events.announce();
    },
  };
}
