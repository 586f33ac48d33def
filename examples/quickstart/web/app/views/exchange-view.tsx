import type { ReactNode } from "react";
import type { CallOutcome } from "../api-call.ts";
import { parseChallenge } from "../reading/challenge.ts";
import { milliseconds } from "../reading/times.ts";
import { abbreviate } from "../reading/token.ts";
import type { Exchange, ExchangeAnswer } from "../wire.ts";
import { Outside } from "./outside.tsx";
import { Quiet } from "./step.tsx";

/** A call to the API and its answer, as they went over the wire. */
export function CallView({ outcome }: { readonly outcome: CallOutcome }): ReactNode {
  if (outcome.type !== "answered") return <Quiet>{unanswered[outcome.type]}</Quiet>;
  const { exchange, body, isRetried } = outcome;
  return (
    <div className="exchange">
      {isRetried && (
        <Quiet>The first try was refused, so the client refreshed and tried once more. This is the second.</Quiet>
      )}
      <Request exchange={exchange} />
      <Response answer={exchange.answer}>
        {/* A long line scrolls: whoever has no mouse scrolls by keys. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
        <pre className="body" tabIndex={0} data-testid="body">
          {JSON.stringify(body, null, 2)}
        </pre>
        {exchange.answer.status >= 300 && <Explanation body={body} />}
      </Response>
    </div>
  );
}

const unanswered = {
  no_token: "There is no usable token to send just now. The line at the top says why.",
  unreachable: "The API cannot be reached. Is it running? Nothing else has changed.",
} as const;

/** A request and the head of its answer. */
export function ExchangeView({ exchange }: { readonly exchange: Exchange }): ReactNode {
  return (
    <div className="exchange">
      <Request exchange={exchange} />
      {typeof exchange.answer === "object" && <Response answer={exchange.answer} />}
      {exchange.answer === "pending" && <Quiet>No answer yet.</Quiet>}
      {exchange.answer === "lost" && <Quiet>No answer came.</Quiet>}
    </div>
  );
}

function Request({ exchange }: { readonly exchange: Exchange }): ReactNode {
  const { method, url, requestHeaders } = exchange;
  const { pathname, host } = new URL(url);
  return (
    <section className="message">
      <h3>Request</h3>
      <p className="line">
        <code>
          <b>{method}</b> {pathname}
        </code>
      </p>
      <dl className="headers">
        <Header name="host">{host}</Header>
        <Header name="origin">{location.origin}</Header>
        {Object.entries(requestHeaders).flatMap(([name, value]) =>
          name === "accept"
            ? []
            : [
                <Header key={name} name={name}>
                  {shorten(value)}
                </Header>,
              ],
        )}
      </dl>
    </section>
  );
}

/** `Bearer eyJ…`, to both ends. */
const shorten = (value: string) => value.replace(/(?<=^Bearer ).*$/, abbreviate);

interface ResponseProps {
  readonly answer: ExchangeAnswer;
  readonly children?: ReactNode;
}

const headersOfInterest = ["content-type", "www-authenticate", "retry-after", "x-request-id"];

function Response({ answer, children }: ResponseProps): ReactNode {
  const { status, statusText, tookMs, headers } = answer;
  return (
    <section className="message">
      <h3>Response</h3>
      <p className="line">
        <code className={`status ${status < 300 ? "good" : "refused"}`} data-testid="status">
          {`${status} ${statusText}`.trim()}
        </code>
        <span className="took">{milliseconds(tookMs)}</span>
      </p>
      <dl className="headers">
        {headersOfInterest.map((name) => {
          const value = headers[name];
          if (value === undefined) return null;
          return (
            <Header key={name} name={name}>
              {name === "www-authenticate" ? <ChallengeLines header={value} /> : value}
            </Header>
          );
        })}
      </dl>
      {children}
    </section>
  );
}

function Header({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div data-header={name}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A challenge, one parameter a line. */
function ChallengeLines({ header }: { readonly header: string }): ReactNode {
  const { scheme, parameters } = parseChallenge(header);
  return (
    <span className="challenge">
      <b>{scheme}</b>
      {parameters.map(([name, value]) => (
        <span className="parameter" key={name}>
          {name}=<q>{isAddress(value) ? <Outside href={value}>{value}</Outside> : value}</q>
        </span>
      ))}
    </span>
  );
}

/** The way from a refusal to the page that explains it (problem details, RFC 9457: `type` and `code`). */
function Explanation({ body }: { readonly body: unknown }): ReactNode {
  if (typeof body !== "object" || body === null) return null;
  const { type, code, title } = body as Readonly<Record<string, unknown>>;
  if (typeof type !== "string" || typeof code !== "string" || !isAddress(type)) return null;
  return (
    <p className="explanation">
      {typeof title === "string" && `${title}. `}
      <Outside href={type}>
        What <code data-testid="error-code">{code}</code> means, and what to do
      </Outside>
    </p>
  );
}

const isAddress = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text);
