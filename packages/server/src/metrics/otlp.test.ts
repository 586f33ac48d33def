import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../testing/free-port.ts";
import { createMetrics } from "./metrics.ts";
import { startOtlp } from "./otlp.ts";
import { type Span, toMetricData } from "./otlp-data.ts";

const span: Span = { startTime: [1, 0], endTime: [2, 0] };
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("a metric of Prometheus in OpenTelemetry's words", () => {
  it("is a cumulative monotonic sum when it is a counter, with its labels as attributes", async () => {
    const { counter: make, collect } = createMetrics();
    const refreshes = make("holdfast_refreshes_total", "Presented refresh tokens.", ["client", "verdict"]);
    refreshes.inc({ client: "app", verdict: "rotated" }, 3);
    const counter = (await collect()).find(({ name }) => name === "holdfast_refreshes_total");
    expect(counter && toMetricData(counter, span)).toMatchObject({
      descriptor: { name: "holdfast_refreshes_total", unit: "" },
      aggregationTemporality: 1,
      dataPointType: 3,
      isMonotonic: true,
      dataPoints: [{ attributes: { client: "app", verdict: "rotated" }, value: 3 }],
    });
  });

  it("counts what fell between two bounds when it is a histogram", async () => {
    const { histogram: make, collect } = createMetrics();
    const name = "holdfast_http_request_duration_seconds";
    const requests = make(name, "HTTP requests.", [0.001, 0.0025, 1], ["route", "status"]);
    for (const seconds of [0.0005, 0.002, 0.002, 7]) requests.observe({ route: "GET /jwks", status: "200" }, seconds);
    requests.observe({ route: "GET /", status: "200" }, 0.3);
    const histogram = (await collect()).find((metric) => metric.name === name);
    const points = histogram && toMetricData(histogram, span)?.dataPoints;
    expect(points).toHaveLength(2);
    expect(points?.[0]).toMatchObject({
      attributes: { route: "GET /jwks", status: "200" },
      value: {
        buckets: {
          boundaries: [0.001, 0.0025, 1],
          counts: [1, 2, 0, 1],
        },
        sum: 7.0045,
        count: 4,
      },
    });
  });

  it("keeps its unit", async () => {
    const memory = (await createMetrics().collect()).find(({ name }) => name === "process_resident_memory_bytes");
    expect(memory && toMetricData(memory, span)?.descriptor.unit).toBe("By");
  });
});

interface Pushed {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue: string } }[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

/** What a collector would be sent. */
async function startCollector(status = 200) {
  const pushed: { url: string | undefined; body: Pushed }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    pushed.push({ url: request.url, body: (await json(request)) as Pushed });
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  closers.push(async () => server.close());
  return { endpoint: `http://127.0.0.1:${port}/`, pushed };
}

describe("the push to a collector", () => {
  it("carries every figure, and says whose they are", async () => {
    const { endpoint, pushed } = await startCollector();
    const { collect } = createMetrics();
    const errors: unknown[] = [];
    const otlp = await startOtlp({
      endpoint,
      every: 3_600,
      resource: { "service.name": "holdfast" },
      collect,
      onError: (error) => errors.push(error),
    });
    await otlp.stop();
    expect(errors).toEqual([]);
    expect(pushed.map(({ url }) => url)).toEqual(["/v1/metrics"]);
    const [sent] = pushed[0]?.body.resourceMetrics ?? [];
    expect(sent?.resource.attributes).toContainEqual({ key: "service.name", value: { stringValue: "holdfast" } });
    const names = sent?.scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)) ?? [];
    expect(names).toContain("nodejs_eventloop_lag_p99_seconds");
    expect(names).toContain("process_resident_memory_bytes");
  });

  it("tells when the collector refuses, and goes on", async () => {
    const { endpoint } = await startCollector(400);
    const errors: unknown[] = [];
    const { collect } = createMetrics();
    const onError = (error: unknown) => errors.push(error);
    const otlp = await startOtlp({ endpoint, every: 3_600, resource: {}, collect, onError });
    await otlp.stop();
    expect(errors.length).toBeGreaterThan(0);
  });
});
